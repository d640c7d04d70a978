#pragma once

#include <vector>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// Gives shards of earlier schemas the figures that shards of this one have and they lack: NaN along `scan`. Nothing is
/// done where all shards are of one schema. Pure.
void fill_new_figures(std::vector<data_group>& shards);

/// Leaves those pairs of earlier schemas out that were compared without the resolution limits of the present ones: they
/// cannot stand in one table. Their phases must have the axis already. Pure.
void keep_pairs_of_one_kind(std::vector<data_group>& pairs);

}  // namespace tomosweep
