#pragma once

#include <vector>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// Gives shards of earlier schemas the figures that shards of this one have and they lack: NaN along `scan`. Nothing is
/// done where all shards are of one schema. Pure.
void fill_new_figures(std::vector<data_group>& shards);

}  // namespace tomosweep
