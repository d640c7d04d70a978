#pragma once

#include <algorithm>

#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// How many slabs of about `voxels_per_slab` the blocks are cut into along `across`. The same on all ranks: it follows
/// from the largest block.
inline index_t slab_count(const domain& grid, axis across, index_t voxels_per_slab) {
    index_t largest = 0;
    for (int rank = 0; rank < grid.ranks().size(); ++rank)
        largest = std::max(largest, grid.blocks().box(rank).voxels());
    const index_t wanted = (largest + voxels_per_slab - 1) / voxels_per_slab;
    return std::clamp<index_t>(wanted, 1, std::max<index_t>(1, along(grid.volume(), across)));
}

/// Slab `i` of `slabs` of the block, cut along `across`; may be empty. Blocks with the same range there have the same
/// slabs.
inline box3 slab_of(const box3& block, axis across, index_t slabs, index_t i) {
    if (block.empty())
        return {};
    box3 slab = block;
    const index_t lo = along(block.lo, across), extent = along(block.hi, across) - lo;
    along(slab.lo, across) = lo + extent * i / slabs;
    along(slab.hi, across) = lo + extent * (i + 1) / slabs;
    return slab;
}

}  // namespace tomosweep
