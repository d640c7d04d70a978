#pragma once

#include <string>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// One tidy row per (scan, threshold, resolution limit, connectivity) of a campaign or a shard, after one row of names:
/// the coordinates, then what depends on the scan alone, then every figure over any of these four dimensions, repeated
/// where it does not depend on all. Where phases are groups, their rows follow each other and the first column is
/// `phase`. Quoted as RFC 4180 says, lines end in LF; doubles are the shortest text that reads back to the same double;
/// NaN and unknown cycles are empty. Local.
std::string csv_text(const data_group& archive);

/// One tidy row per element of a group's own dimensions, such as onset or crack/porosity: the coordinates, then every
/// variable over any of them. Other rules as above. Throws input_error when there is no such group, and names those
/// that there are. Local.
std::string csv_text(const data_group& archive, const std::string& table);

}  // namespace tomosweep
