#pragma once

#include <string>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// One tidy row per (scan, threshold, resolution limit, connectivity) of a campaign or a shard, after one row of names:
/// the coordinates, then what depends on the scan alone, then every figure over any of these four dimensions, repeated
/// where it does not depend on all. Where phases are groups, their rows follow each other and the first column is
/// `phase`. Quoted as RFC 4180 says, lines end in LF; doubles are the shortest text that reads back to the same double;
/// NaN is empty. Local.
std::string csv_text(const data_group& archive);

/// Writes csv_text() to `path`, whole or absent. Local. Throws resource_error.
void export_csv(const data_group& archive, const std::string& path);

}  // namespace tomosweep
