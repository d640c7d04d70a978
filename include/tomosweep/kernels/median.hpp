#pragma once

#include "tomosweep/core/array.hpp"

namespace tomosweep {

/// Layers of neighbours that median_filter() needs on every side.
constexpr extent3 median_halo(index_t radius) {
    return {radius, radius, radius};
}

/// Median over cubes of (2 radius + 1)^3 voxels for the box `wanted` of a volume of extent `whole_extent`. `grey` holds
/// the voxels of `grey_box`, which must hold `wanted` grown by median_halo(radius) and cut to the volume. The volume's
/// border is mirrored, as in scipy.ndimage.median_filter. Exact, so the same for any split into boxes. Local. Throws
/// internal_error when `grey_box` is too small or the radius negative. Cost per voxel: integer types slide a histogram
/// along x (Huang 1979), 2 (2 radius + 1)^2 updates; float selects among all voxels of the cube. Peak: the result and,
/// per thread, 280 kB (16-bit) or one cube (float). T as in grey_volume.
template <class T>
array3<T> median_filter(view3<const T> grey, const box3& grey_box, const box3& wanted, const extent3& whole_extent,
                        index_t radius);

}  // namespace tomosweep
