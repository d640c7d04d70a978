#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep {

/// Exact squared Euclidean distance to the nearest background centre, in voxels, one axis after the other (Saito &
/// Toriwaki 1994; Felzenszwalb & Huttenlocher 2012). Background is phase < class <= class_background. class_outside is
/// unknown: it ends no sphere and only lets distance through, like everything beyond the volume's border.
///
/// The passes are separate so that a distributed volume can feed each of them with what lies beyond the block:
///     row_backgrounds -> (carries along the rank line) -> distance_along_x -> (halo) -> extend_distance along y
///     -> (halo) -> extend_distance along z -> clear_outside_phase.
/// All are compiled for both types of distance. Where the true value does not fit the type, the result is too_far_sq;
/// all others are exact, since what the type cannot hold cannot be part of a minimum that it can.

/// No background in a row, or none beyond its end.
inline constexpr index_t no_background = -1;

/// First and last background voxel of a row, relative to the block; both no_background when there is none.
struct background_span {
    index_t first = no_background;
    index_t last = no_background;

    friend bool operator==(const background_span&, const background_span&) = default;
};

/// What lies beyond the ends of a row: distance in voxels (>= 1) from its first voxel to the nearest background before
/// it, and from its last voxel to the nearest background behind it; no_background when there is none.
struct row_carry {
    index_t before = no_background;
    index_t behind = no_background;
};

/// One span per row, in the order z * ny + y. Local.
std::vector<background_span> row_backgrounds(view3<const class_t> classes, int phase);

/// Writes the squared distance along x alone; too_far_sq where the row has no background. `carries` holds one entry
/// per row in the order z * ny + y, or is empty when nothing lies beyond the block. Local.
template <distance_value Distance>
void distance_along_x(view3<const class_t> classes, int phase, std::span<const row_carry> carries,
                      view3<Distance> distance);

/// distance_along_x and extend_distance along y in one, layer by layer, so that the second finds the result of the
/// first in the cache: for blocks with nothing beyond them along y. Local.
template <distance_value Distance>
void distance_in_layers(view3<const class_t> classes, int phase, std::span<const row_carry> carries,
                        view3<Distance> distance);

/// Lets distances of the axes done so far spread along `direction` (y or z):
///     to(i) = min over all j of from(j) + (first + i - j)^2,
/// where i and j count along `direction`, `from` has the extent of `to` on the other two axes and may be longer along
/// `direction`; `first` is the layer of `from` at which `to` begins. `to` may be that part of `from` itself: every line
/// is read before it is written. Entries that are too_far_sq stay out of the minimum. Local. Cost: grows with the
/// distance up to about 100 voxels, then a linear-time lower envelope takes over; scratch of 64 bytes per voxel of one
/// line and thread.
template <distance_value Distance>
void extend_distance(axis direction, view3<const std::type_identity_t<Distance>> from, index_t first,
                     view3<Distance> to);

/// Sets the distance of every voxel that is not in the phase to 0: background already is, class_outside becomes so.
/// Local.
template <distance_value Distance>
void clear_outside_phase(view3<const class_t> classes, int phase, view3<Distance> distance);

/// Largest distance of the block; 0 for an empty one. Local.
distance_sq_t max_distance_sq(view3<const distance_sq_t> distance);
short_distance_sq_t max_distance_sq(view3<const short_distance_sq_t> distance);

/// All passes for a volume that is one block: squared distance of every phase voxel, 0 elsewhere, too_far_sq in all
/// of the phase when the volume has no background. Local; 2 or 4 bytes per voxel for the result.
template <distance_value Distance = distance_sq_t>
array3<Distance> squared_distance(view3<const class_t> classes, int phase);

/// The same into memory at hand. Local.
template <distance_value Distance>
void write_squared_distance(view3<const class_t> classes, int phase, view3<Distance> distance);

}  // namespace tomosweep
