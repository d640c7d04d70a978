#pragma once

#include <string>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep::test {

/// A shard as a run leaves it: all the dimensions of a campaign with one scan, root figures, two phase groups, tables,
/// process.
data_group sample_shard(const std::string& scan, std::int64_t cycle);

/// Equal in everything, doubles bit by bit (so NaN equals NaN).
bool same(const data_group& a, const data_group& b);

/// A fresh empty folder for one test, below the system's temporary folder.
std::string fresh_folder(const std::string& name);

}  // namespace tomosweep::test
