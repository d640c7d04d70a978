#pragma once

#include <cstdint>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Labels of the rank's own block: 0 where the class exceeds `phase`, else 1 + smallest global linear voxel index of
/// the connected component, which may reach over any number of blocks, with 26 neighbours also across edges and corners
/// of blocks. The volume's border ends a component; class_outside is not in the phase.
///
/// Collective. Bit-identical for any number of ranks and threads. Throws internal_error on every rank when `own` or
/// `phase` do not fit, resource_error when memory is short on any.
/// Method: components of the block by block_components; one exchange of the layer around the block gives the pairs of
/// components that touch; on this graph, spread over the ranks without a root, labels fall by hooking and pointer
/// jumping (FastSV: Zhang, Azad & Hu 2020) until no rank sees a change: about log2 of the times that a component
/// crosses from block to block (a corridor that crosses eight blocks 700 times takes 9 rounds). Cost: one local
/// labelling, one layer of labels sent, then some bytes per touching pair and round. Peak: the result (8 bytes per
/// voxel), 16 bytes per run, 32 bytes per touching pair.
array3<std::uint64_t> label_components(const domain& grid, view3<const class_t> own, int phase, connectivity adjacency);

}  // namespace tomosweep
