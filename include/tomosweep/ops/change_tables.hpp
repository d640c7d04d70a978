#pragma once

#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/change_counts.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// One state of a phase in the rank's own block: the voxels of classes <= `phase`.
struct state_classes {
    view3<const class_t> classes;
    int phase = 0;
};

/// Compares two states of a phase on one grid, at every resolution limit. Both hold class_outside where either is
/// unknown. `minimum_sq` holds, ascending, the least squared radius that each limit keeps of each state by itself (see
/// chain_thickness); limits up to always_resolved keep all. One result per limit. Of components of equal size the one
/// with the smallest voxel index counts. Components, and balls of thickness, end at what is unknown as they do at the
/// volume's border.
///
/// Collective. Bit-identical for any number of ranks and threads. Throws internal_error on every rank when the blocks
/// do not fit, resource_error when memory is short on any. Cost: the local thickness of both states once for all
/// limits that remove something, and one pass for what they open, keep and close; per limit and connectivity four
/// labellings; per limit the local thickness of the clusters that were opened and closed, and again where another
/// connectivity finds other clusters. Peak: 2 bytes per voxel, 2 more with limits that remove something, and what
/// label_components() takes.
std::vector<change_counts> count_changes(const domain& grid, const state_classes& from, const state_classes& to,
                                         std::span<const connectivity> adjacencies,
                                         std::span<const distance_sq_t> minimum_sq);

}  // namespace tomosweep
