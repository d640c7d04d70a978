#pragma once

#include "tomosweep/core/array.hpp"

namespace tomosweep {

/// Wider windows are refused: they cost more than any other filter and blur away what an electrode is looked at for.
inline constexpr index_t largest_median_radius = 15;

/// Layers of neighbours that median_filter() needs on every side.
constexpr extent3 median_halo(index_t radius) {
    return {radius, radius, radius};
}

/// Median over cubes of (2 radius + 1)^3 voxels for the box `wanted` of a volume of extent `whole_extent`. `grey` holds
/// the voxels of `grey_box`, which must hold `wanted` grown by median_halo(radius) and cut to the volume. The volume's
/// border is mirrored, as in scipy.ndimage.median_filter. Exact, so the same for any split into boxes. Local.
/// Throws internal_error when `grey_box` is too small, input_error unless the radius is 0 to largest_median_radius.
/// Cost per voxel: a histogram slides along x (Huang 1979), 2 (2 radius + 1)^2 updates; float grey levels are first
/// replaced by their ranks, tile by tile. Peak: the result and, per thread, 280 kB or for float 1.3 MB.
/// T: uint8, uint16, int16, float.
template <class T>
array3<T> median_filter(view3<const T> grey, const box3& grey_box, const box3& wanted, const extent3& whole_extent,
                        index_t radius);

}  // namespace tomosweep
