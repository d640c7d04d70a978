#pragma once

#include <string>
#include <vector>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep::app {

/// A short table of a campaign for people: per scan the main figures at the middle threshold and at the resolution
/// limit nearest to four voxels, which are named above it. One table per phase.
std::string result_table(const data_group& archive);

/// One line for every scan of which more than a hundredth of the region lies beyond an end of its grey scale.
std::vector<std::string> clipping_warnings(const data_group& archive);

}  // namespace tomosweep::app
