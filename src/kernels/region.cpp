#include "tomosweep/kernels/region.hpp"

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Squared distance of a voxel's centre from the cylinder's centre along one axis; nothing along the cylinder itself.
double offset_sq(const cylinder& shape, axis direction, index_t index) {
    if (direction == shape.direction)
        return 0;
    const bool first = direction == axis::z || (direction == axis::y && shape.direction == axis::z);
    const double offset = static_cast<double>(index) + 0.5 - shape.center[first ? 0 : 1];
    return offset * offset;
}

}  // namespace

void fill_region_mask(view3<std::uint8_t> mask, const index3& origin, const cylinder& shape,
                      view3<const std::uint8_t> also) {
    const extent3 extent = mask.extent();
    require(also.data() == nullptr || also.extent() == extent, "both masks have the same extent");
    const double radius_sq = shape.radius * shape.radius;
#pragma omp parallel for collapse(2) schedule(static)
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y) {
            const double row_sq = offset_sq(shape, axis::z, origin.z + z) + offset_sq(shape, axis::y, origin.y + y);
            for (index_t x = 0; x < extent.x; ++x) {
                const bool inside = row_sq + offset_sq(shape, axis::x, origin.x + x) <= radius_sq;
                mask(z, y, x) = inside && (also.data() == nullptr || also(z, y, x) != 0) ? 1 : 0;
            }
        }
}

}  // namespace tomosweep
