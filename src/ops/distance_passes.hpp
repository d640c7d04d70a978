#pragma once

#include <algorithm>

#include "reach.hpp"
#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Layers beyond both ends of a block or slab along one axis.
struct reach {
    index_t low = 0;
    index_t high = 0;

    bool covers(const reach& other) const { return low >= other.low && high >= other.high; }
};

/// How many layers to look at when `have` were not enough. The first step stays short: upper bounds from a slab alone
/// can be far too large.
inline index_t next_reach(index_t have, index_t needed) {
    constexpr index_t first = 64, growth = 4;
    return std::max(have, std::min(needed, std::max(first, growth * have)));
}

/// Layers beyond `slab` that may lower its distances, given upper bounds of them: sqrt(distance) changes by at most one
/// per layer, so the largest value on either face tells. Local.
template <distance_value Distance>
reach needed_reach(const box3& slab, const extent3& volume, axis direction, view3<const Distance> distance);

/// Whether all passes along `direction` end inside the rank's own block.
inline bool undivided(const domain& grid, axis direction) {
    return along(grid.blocks().ranks_per_axis(), direction) == 1;
}

/// Distances along x and y alone: to the nearest background of the same layer. False, and too_far_sq everywhere, when
/// the volume has no background. `guess` says how far beyond the block its lines along y may have to look, and is left
/// as a guess for layers to come: it decides how much is fetched and computed, never the distances. Collective.
template <distance_value Distance>
bool distance_in_planes(const domain& grid, view3<const class_t> own, int phase, view3<Distance> distance,
                        index_t voxels_per_slab, reach& guess);

}  // namespace tomosweep
