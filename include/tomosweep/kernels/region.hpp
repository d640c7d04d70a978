#pragma once

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/kernels/height_map.hpp"

namespace tomosweep {

/// A cylinder through the whole volume. Lengths in voxels from the volume's corner: voxel i has its centre at i + 0.5,
/// so that {1303, 1303} with radius 1303 just touches the faces of 2606 x 2606 voxels, and lengths scale with binning.
struct cylinder {
    axis direction = axis::z;
    double center[2] = {0, 0};  ///< along the two other axes, in (z, y, x) order
    double radius = 0;
};

/// Fills `mask`, which stands for the box of its extent at `origin` of the volume: 1 where the voxel's centre lies
/// within the cylinder's radius and, if given, `also` (same extent) is not 0; otherwise 0. Local. Throws internal_error
/// when the extents differ. Cost: one pass.
void fill_region_mask(view3<std::uint8_t> mask, const index3& origin, const cylinder& shape,
                      view3<const std::uint8_t> also = {});

/// The space between two surfaces, each moved into it by its margin (voxels; out of it when negative).
struct layer_between {
    const height_map* lower = nullptr;
    const height_map* upper = nullptr;
    double lower_margin = 0;
    double upper_margin = 0;
};

/// Sets `mask`, which stands for the box of its extent at `origin` of the volume, to 0 where the voxel's centre does
/// not lie between lower + margin and upper - margin at the middle of its column; other voxels stay as they are. Local.
/// Cost: one pass. Peak: 16 bytes per column.
void keep_between(view3<std::uint8_t> mask, const index3& origin, const layer_between& layer);

/// `count` equal bins from one surface to the other over the columns of the box `own` of the volume. Local.
depth_field bins_between(const box3& own, const height_map& from, const height_map& to, std::int32_t count);

}  // namespace tomosweep
