#pragma once

#include <string>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep::app {

/// A short table of a campaign for people: per scan the main figures at the middle threshold and at the resolution
/// limit nearest to four voxels, which are named above it. One table per phase.
std::string result_table(const data_group& archive);

}  // namespace tomosweep::app
