#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "tomosweep/core/grey.hpp"

namespace tomosweep {

/// Where ring artefacts of reconstructed slices lie, and what counts as one.
struct ring_spec {
    axis direction = axis::z;    ///< of the rotation axis; slices lie across it
    double center[2] = {0, 0};   ///< of the axis, along the two other axes in (z, y, x) order, voxels from the corner
    index_t median_radius = 15;  ///< the median runs over 2 median_radius + 1 voxels along the radius
    /// Grey levels: what differs more from the median is structure and no ring. Nothing: two and a half robust standard
    /// deviations of the differences in the slice.
    std::optional<double> largest = {};
    index_t passes = 2;  ///< from the second on, what is left of the rings is looked for again

    friend bool operator==(const ring_spec&, const ring_spec&) = default;
};

inline constexpr index_t largest_ring_median = 500;

/// Ring artefacts of the slices [first, first + levels.size() / radii), grey levels by slice and whole radius.
struct ring_profiles {
    index_t first = 0;
    index_t radii = 0;
    std::vector<double> levels;

    /// At `radius` voxels from the axis, between two whole radii by linear interpolation.
    double at(index_t slice, double radius) const {
        const double* profile = levels.data() + (slice - first) * radii;
        const auto below = static_cast<index_t>(radius);
        const double share = radius - static_cast<double>(below);
        return profile[below] * (1 - share) + profile[below + 1] * share;
    }
};

/// Squared distance of a voxel's centre from the rotation axis, voxels.
inline double axis_distance_sq(const index3& voxel, const ring_spec& spec) {
    double sum = 0;
    int coordinate = 0;
    for (const axis direction : {axis::z, axis::y, axis::x})
        if (direction != spec.direction) {
            const double off = static_cast<double>(along(voxel, direction)) + 0.5 - spec.center[coordinate++];
            sum += off * off;
        }
    return sum;
}

/// Whole radii that a slice of a scan of this extent needs, 0 and one beyond its farthest corner included. Pure.
index_t ring_radii(const extent3& scan, const ring_spec& spec);

/// The ring artefacts of one slice by radius, ring_radii() of them (Lyckegaard, Johnson & Tafforeau 2011): along rays
/// from the axis, the difference to the running median along the ray; its mean over the rays, without what exceeds
/// `largest`; and of that what is left beyond its own running median, so that no slow change of grey with the radius is
/// taken for rings. Interpolation flattens narrow rings, so that the slice is corrected and looked at again,
/// spec.passes times in all. Rays stand one voxel apart at half the slice's shorter edge, are sampled at whole radii by
/// bilinear interpolation and end at the slice's border, where the window is cut. `slice` has extent 1 along the axis,
/// which must meet it. Local. The same bits for any number of threads. Cost: about 2 samples per voxel, 30 to 60 ns
/// each. Peak: 4 bytes per voxel of the slice, and 1024 bytes per radius.
std::vector<double> ring_profile(const grey_volume& slice, const ring_spec& spec);

}  // namespace tomosweep
