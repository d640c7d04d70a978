#pragma once

#include <span>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Whether the thickness of every voxel is wanted, or only what is counted of it.
enum class thickness_map : std::uint8_t { dropped, kept };

/// Local thickness of one phase. Tables and the largest distance are those of the whole volume, on every rank.
struct thickness_result {
    thickness_table table;              ///< ordered by (radius_sq, depth_bin)
    thickness_table field_table;        ///< the same by the bins of a depth_field, if one was given
    distance_sq_t max_distance_sq = 0;  ///< 0 when the phase is empty
    /// Own block: the chain of what resolution limits keep, largest limit first (see measure_thickness).
    array3<class_t> kept_classes;
    /// Own block: squared radius of the largest covering ball, 0 outside the phase; empty unless asked for.
    array3<distance_sq_t> thickness_sq;
};

/// Exact local thickness (Hildebrand & Rueegsegger 1997) of the phase of classes <= `phase`, as squared radii in
/// voxels: of voxel p, the largest squared distance d of a phase voxel c with |p - c|^2 < d. The volume's border and
/// class_outside are unknown, they end no sphere; a volume without background has unbounded_sq in all of the phase.
///
/// `minimum_sq` holds, ascending, the least squared radius that each of n resolution limits keeps. kept_classes is a
/// class volume again: class k is the smallest with radius_sq >= minimum_sq[n - 1 - k], so 0 belongs to the largest
/// limit; background and phase voxels below all limits become class_background, class_outside stays. Without limits it
/// is empty. Worked example: minimum_sq {1, 4, 9}; radius_sq 1 has class 2, 4 and 8 class 1, 9 class 0.
///
/// `field` may bin the voxels of the own block in another way for a second table; null for none.
///
/// Collective. Bit-identical for any number of ranks and threads. Throws on every rank: resource_error when squared
/// distances do not fit (see require_distances_fit) or memory is short, internal_error when an argument does not fit.
/// Method: find_balls; balls that reach over the block's faces travel to the blocks they meet as 20 bytes each (nothing
/// else crosses); painting. Peak: first what find_balls takes, then 2 to 5 bytes per ball (centres are 10 to 30 % of a
/// crack phase) and per voxel 1 for kept_classes and 4 for a kept map. Tables are merged pairwise in log2(ranks)
/// rounds.
thickness_result measure_thickness(const domain& grid, view3<const class_t> own, int phase, const depth_bins& depth,
                                   std::span<const distance_sq_t> minimum_sq,
                                   thickness_map map = thickness_map::dropped, const depth_field* field = nullptr);

}  // namespace tomosweep
