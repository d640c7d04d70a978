#pragma once

#include <span>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/change_counts.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Compares two states of a phase on one grid. `from` and `to` hold the rank's own block: 0 in the phase,
/// class_background elsewhere, class_outside in both where either is unknown. Of components of equal size the one with
/// the smallest voxel index counts. Components, and balls of thickness, end at what is unknown as they do at the
/// volume's border.
///
/// Collective. Bit-identical for any number of ranks and threads. Throws internal_error on every rank when the blocks
/// do not fit, resource_error when memory is short on any. Cost: per connectivity four labellings and two local
/// thicknesses. Peak: 2 bytes per voxel, and what label_components() takes.
change_counts count_changes(const domain& grid, view3<const class_t> from, view3<const class_t> to,
                            std::span<const connectivity> adjacencies);

}  // namespace tomosweep
