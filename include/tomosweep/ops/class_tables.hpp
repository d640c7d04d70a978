#pragma once

#include <array>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

inline constexpr std::array both_connectivities{connectivity::six, connectivity::twentysix};

/// Everything that needs no distance, for all phases k < `phases` of the chain at once, on every rank; `own` holds the
/// classes of the rank's own block. Components are counted for the connectivities in `adjacencies` and stay zero for
/// the others. What the volume's border and class_outside mean stands at neighbourhood() and grow().
///
/// Collective. Bit-identical for any number of ranks and threads. Throws internal_error on every rank when `phases`,
/// `depth` or `own` do not fit the volume, resource_error when memory is short on any.
/// Cost: one neighbourhood pass, and per connectivity one tree pass; then boundary trees are joined pairwise in
/// log2(ranks) rounds (joining_order), those of two connectivities at once from opposite ends of the grid of ranks. A
/// rank sends each tree once and holds, per connectivity, no more than the two trees that it joins (in the manner of
/// Gazagnes & Wilkinson 2021). Peak: on several ranks a copy of `voxels_per_slab` voxels at a time (1 byte each) during
/// the neighbourhood pass; during the tree passes what grow() states, and the trees of the connectivities before.
std::vector<phase_counts> tabulate_classes(const domain& grid, view3<const class_t> own, int phases,
                                           const depth_bins& depth,
                                           std::span<const connectivity> adjacencies = both_connectivities,
                                           index_t voxels_per_slab = index_t{1} << 21);

}  // namespace tomosweep
