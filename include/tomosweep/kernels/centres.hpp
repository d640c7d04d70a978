#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/kernels/ball_list.hpp"

namespace tomosweep {

/// Steps to the neighbours whose balls are tried as containers, up to the order and the sign of their parts.
inline constexpr std::array<index3, 7> containment_steps = {
    {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}, {2, 1, 0}, {2, 1, 1}, {3, 1, 0}, {3, 1, 1}}};

/// For a ball of given squared radius, the smallest squared radius with which a ball one of containment_steps away
/// contains it on the voxel grid (Remy & Thiel 2005, Exact medial axis with Euclidean distance). Local; time grows with
/// max_radius_sq^1.5, 28 bytes per squared radius.
class containment_tables {
public:
    /// Covers radius_sq <= min(max_radius_sq, largest); beyond it every ball counts as not contained.
    explicit containment_tables(distance_sq_t max_radius_sq);
    static constexpr distance_sq_t largest = 1U << 20;

    distance_sq_t covered() const { return static_cast<distance_sq_t>(of_step_.size() - 1); }
    distance_sq_t containing(distance_sq_t radius_sq, std::size_t step) const { return of_step_[radius_sq][step]; }

private:
    std::vector<std::array<distance_sq_t, containment_steps.size()>> of_step_;
};

/// The balls of a block that local thickness needs: one per phase voxel, its radius the distance to the background,
/// less those that lie inside the ball of one of the 26 neighbours or, when the radius is 8 or more, of a voxel one of
/// the longer containment_steps away, or inside the six balls of its face neighbours taken together, and less those of
/// one voxel. Each with the part that sticks out of the larger balls of its face neighbours (of equal ones the first in
/// raster order counts as larger). What the parts cover, and with which largest radius, is the same as what all balls
/// cover, but for voxels that no ball but their own covers.
///
/// `distance` is 0 outside the phase and covers `box` of the whole volume; balls are listed for `interior`, a box
/// inside it, in raster order of their centres. Give one voxel of halo where a neighbouring block exists (three see all
/// that there is to see); without it more balls are kept than needed. `max_distance_sq` (of the block) sizes the
/// tables: a smaller value costs time, not exactness. In a volume without background (unbounded_sq) the block yields
/// one ball at its first phase voxel. No distance may be too far for its type otherwise. Local. The same result for any
/// number of threads. 2 to 5 bytes per ball.
ball_list find_centres(view3<const distance_sq_t> distance, const box3& box, const box3& interior,
                       distance_sq_t max_distance_sq);
ball_list find_centres(view3<const short_distance_sq_t> distance, const box3& box, const box3& interior,
                       distance_sq_t max_distance_sq);

/// The same with tables at hand and a finite largest distance, for a block that is worked on layer by layer: writes the
/// layers of `interior` in `balls`, whose box is as wide as `interior` along y and x. Local.
template <distance_value Distance>
void add_centres(view3<const Distance> distance, const box3& box, const box3& interior,
                 const containment_tables& tables, ball_list& balls);

/// In a volume without background every voxel of the phase has the same ball, which covers all: that of the first one
/// in `voxels`, which lie at `block`; none when the phase has no voxel there. Local.
template <class T, class InPhase>
ball_list endless_ball(view3<const T> voxels, const box3& block, InPhase in_phase) {
    ball_list balls(block);
    const extent3 extent = voxels.extent();
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y) {
            const T* const row = voxels.row(z, y);
            const index_t x = std::find_if(row, row + extent.x, in_phase) - row;
            if (x == extent.x)
                continue;
            balls.layer(block.lo.z + z).add(y * extent.x + x, unbounded_sq);
            return balls;
        }
    return balls;
}

}  // namespace tomosweep
