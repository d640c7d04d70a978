#pragma once

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Throws resource_error when squared distances inside `volume` may not fit: nz^2 + ny^2 + nx^2 >= 2^31. Pure.
void require_distances_fit(const extent3& volume);

/// Exact squared Euclidean distance, in voxels, of every phase voxel (class <= `phase`) of the rank's own block to the
/// nearest background centre of the whole volume; 0 in the background and in class_outside, unbounded_sq in all of the
/// phase when the volume has no background. The volume's border and class_outside are unknown: they end no sphere, and
/// distances pass through class_outside.
///
/// Collective. Bit-identical for any number of ranks and threads. Throws on every rank: resource_error when distances
/// may not fit or memory is short, internal_error when `own` or `phase` do not fit the volume.
///
/// Method: the passes of kernels/distance.hpp. Along x the ranks of a line exchange the first and last background of
/// every row. Along y and z blocks are worked through in slabs. A pass over a slab and some layers beyond its faces,
/// about as many as the slab before needed, leaves upper bounds; sqrt(distance) changes by at most one per layer, so
/// the largest value v on a face alone tells that ceil(sqrt(v)) - 1 layers beyond it can matter. Where those are more,
/// they are fetched, from as many blocks as they reach over, and the pass is made again, until no more are needed.
///
/// Peak: the result (4 bytes per voxel), and for the slab in work 4 bytes per voxel of itself and 12 per voxel of what
/// is fetched.
array3<distance_sq_t> squared_distance(const domain& grid, view3<const class_t> own, int phase);

/// Largest number of voxels that are extended along y or z in one go. Small slabs save memory, large ones messages.
inline constexpr index_t slab_voxels = index_t{1} << 20;

/// The same, written to `distance`, which has the extent of the own block and may lie in a larger array. Values that
/// the type cannot hold become too_far_sq, all others are exact.
template <distance_value Distance>
void squared_distance(const domain& grid, view3<const class_t> own, int phase, view3<Distance> distance,
                      index_t voxels_per_slab = slab_voxels);

/// Largest distance of the whole volume, on every rank; 0 when the phase is empty. Collective.
distance_sq_t max_distance_sq(const domain& grid, view3<const distance_sq_t> own);

}  // namespace tomosweep
