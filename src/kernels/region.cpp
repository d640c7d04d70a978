#include "tomosweep/kernels/region.hpp"

#include <vector>

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

/// Heights over the middles of the columns of a box, row by row.
std::vector<double> heights_over(const box3& box, const height_map& surface) {
    const extent3 extent = box.extent();
    std::vector<double> heights(static_cast<std::size_t>(extent.y * extent.x));
#pragma omp parallel for schedule(static)
    for (index_t y = 0; y < extent.y; ++y)
        for (index_t x = 0; x < extent.x; ++x)
            heights[static_cast<std::size_t>(y * extent.x + x)] =
                surface.at(static_cast<double>(box.lo.y + y) + 0.5, static_cast<double>(box.lo.x + x) + 0.5);
    return heights;
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

void keep_between(view3<std::uint8_t> mask, const index3& origin, const layer_between& layer) {
    const extent3 extent = mask.extent();
    const box3 columns{{0, origin.y, origin.x}, {1, origin.y + extent.y, origin.x + extent.x}};
    std::vector<double> lowest = heights_over(columns, *layer.lower), highest = heights_over(columns, *layer.upper);
    for (std::size_t i = 0; i < lowest.size(); ++i) {
        lowest[i] += layer.lower_margin;
        highest[i] -= layer.upper_margin;
    }
#pragma omp parallel for collapse(2) schedule(static)
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y) {
            const double height = static_cast<double>(origin.z + z) + 0.5;
            const double* low = lowest.data() + y * extent.x;
            const double* high = highest.data() + y * extent.x;
            std::uint8_t* row = mask.row(z, y);
            for (index_t x = 0; x < extent.x; ++x)
                row[x] = height >= low[x] && height <= high[x] ? row[x] : 0;
        }
}

depth_field bins_between(const box3& own, const height_map& from, const height_map& to, std::int32_t count) {
    depth_field field{own.extent().x, heights_over(own, from), heights_over(own, to), count};
    for (std::size_t i = 0; i < field.from.size(); ++i) {
        const double thickness = field.bins_per_layer[i] - field.from[i];
        field.bins_per_layer[i] = thickness == 0 ? 0 : static_cast<double>(count) / thickness;
    }
    return field;
}

}  // namespace tomosweep
