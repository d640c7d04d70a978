#pragma once

#include "tomosweep/core/array.hpp"

namespace tomosweep {

/// Extent after binning: only whole cubes count, an incomplete cube at the end of an axis is dropped.
constexpr extent3 binned_extent(const extent3& extent, index_t binning) {
    return {extent.z / binning, extent.y / binning, extent.x / binning};
}

/// The smallest edge of cubes of which `most` or fewer fill the volume. Pure.
index_t binning_for(const extent3& volume, index_t most);

/// Means over cubes of binning^3 voxels, extent binned_extent(). Integer means are rounded to the nearest grey level,
/// half up; float is summed in double, x fastest. Local. Throws internal_error unless binning >= 1. Cost: one addition
/// per voxel. Peak: the result. T as in grey_volume.
template <class T>
array3<T> binned(view3<const T> grey, index_t binning);

}  // namespace tomosweep
