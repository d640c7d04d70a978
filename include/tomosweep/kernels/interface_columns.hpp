#pragma once

#include <limits>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/grey.hpp"

namespace tomosweep {

/// By which grey levels collector and separator are told from the electrode. A voxel above `collector` is collector,
/// one above `separator` is solid, of electrode or collector.
struct interface_levels {
    double collector = 0;
    double separator = 0;
    bool collector_last = false;  ///< the collector lies at the last layers instead of the first
};

/// Heights of columns without an interface, and of those outside the region.
inline constexpr float no_height = std::numeric_limits<float>::quiet_NaN();
inline constexpr float outside_region = std::numeric_limits<float>::infinity();

/// Heights of both interfaces in every column of a block that is whole along z, voxels from the first layer's outer
/// face: `heights` has the extent (2, ny, nx), collector first. Seen from the collector, an interface lies where the
/// voxels before it that are bright and those behind it that are not are most (the lowest of equal places), and from
/// there at the height where the line between the two voxels' greys crosses the level: a bright fibre beyond a wider
/// gap does not move it, nor does a dark pore below thicker solid. Where the second voxel behind the
/// collector is not solid, as in a crack, blur moves the crossing and the height is given with a minus sign. Voxels
/// where `mask` is 0 do not count; a mask that is a view of nothing keeps all. A column gets no_height when nothing or
/// all of it is bright, outside_region when the mask keeps nothing of it. Local. Throws internal_error when extents
/// differ. Cost: one pass.
void find_columns(const grey_volume& grey, view3<const std::uint8_t> mask, const interface_levels& levels,
                  view3<float> heights);

}  // namespace tomosweep
