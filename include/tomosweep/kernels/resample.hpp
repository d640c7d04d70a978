#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/rigid.hpp"

namespace tomosweep {

/// Part of a volume: the grey levels of `box`, and where its region's mask is 0, they do not count. A mask that is a
/// view of nothing keeps every voxel.
struct grey_part {
    view3<const float> grey;
    view3<const std::uint8_t> mask;
    box3 box;
    extent3 whole;  ///< extent of the volume

    bool counts(const index3& voxel) const { return mask.data() == nullptr || mask[voxel - box.lo] != 0; }
};

/// Where a point lies between the centres of voxels: between `low` and the next voxel, `share` of the way, on each
/// axis.
struct grid_place {
    index3 low;
    vector3 share{};
    bool inside = false;  ///< no farther out than the outermost centres of the volume, less the margin

    /// Place of `p` in a volume of extent `whole`, of which a border of `margin` voxels is left out.
    grid_place(const vector3& p, const extent3& whole, const extent3& margin = {}) : inside(true) {
        const auto axis = [&](std::size_t i, index_t voxels, index_t left_out, index_t& lower) {
            const double centre = p[i] - 0.5;
            if (!(centre >= static_cast<double>(left_out) && centre <= static_cast<double>(voxels - 1 - left_out))) {
                inside = false;
                return;
            }
            lower = std::max<index_t>(0, std::min(static_cast<index_t>(centre), voxels - 2));
            share[i] = centre - static_cast<double>(lower);
        };
        axis(0, whole.z, margin.z, low.z);
        axis(1, whole.y, margin.y, low.y);
        axis(2, whole.x, margin.x, low.x);
    }
};

/// Trilinear grey level at a place; at the centre of a voxel its grey level, exactly. The eight voxels around the place
/// must lie in the part's box.
inline double interpolate(const grey_part& part, const grid_place& place) {
    const index3 at = place.low - part.box.lo;
    const index3 next{place.low.z + 1 < part.whole.z ? 1 : 0, place.low.y + 1 < part.whole.y ? 1 : 0,
                      place.low.x + 1 < part.whole.x ? 1 : 0};
    const auto [sz, sy, sx] = place.share;
    double along_y[2];
    for (const index_t z : {index_t{0}, index_t{1}}) {
        double along_x[2];
        for (const index_t y : {index_t{0}, index_t{1}}) {
            const float* row = part.grey.row(at.z + z * next.z, at.y + y * next.y) + at.x;
            along_x[y] = (1 - sx) * static_cast<double>(row[0]) + sx * static_cast<double>(row[next.x]);
        }
        along_y[z] = (1 - sy) * along_x[0] + sy * along_x[1];
    }
    return (1 - sz) * along_y[0] + sz * along_y[1];
}

/// The voxel whose cube holds `p`, a point inside the volume.
inline index3 voxel_at(const vector3& p) {
    return {static_cast<index_t>(p[0]), static_cast<index_t>(p[1]), static_cast<index_t>(p[2])};
}

/// Voxels of a volume of extent `whole` that interpolation may look at for any voxel of `box` mapped by `transform`.
box3 mapped_box(const box3& box, const rigid_transform& transform, const extent3& whole);

/// Grey levels of `moving` at the places of the voxels of `box`, mapped by `transform`, and which of them are known:
/// 1 where `fixed` counts the voxel, its place lies inside the moving volume (no farther out than the outermost
/// centres), and in a voxel that `moving` counts. Unknown voxels are 0. `fixed` needs no grey levels, `moving` holds
/// mapped_box(). Summed in double and rounded to float: the same bits for any division into boxes. Local. Cost: about
/// 20 ns per voxel and thread. Peak: the result.
struct resampled_grey {
    array3<float> grey;
    array3<std::uint8_t> known;
};
resampled_grey resample(const grey_part& fixed, const grey_part& moving, const rigid_transform& transform);

}  // namespace tomosweep
