#pragma once

#include <algorithm>
#include <cstdint>

namespace tomosweep {

/// Every count, index and extent. 64-bit: a campaign's volumes exceed 2^32 voxels.
using index_t = std::int64_t;

/// A position, an offset or an extent in voxels, in the order (z, y, x) with x fastest.
struct index3 {
    index_t z = 0;
    index_t y = 0;
    index_t x = 0;

    friend constexpr bool operator==(const index3&, const index3&) = default;
    friend constexpr index3 operator+(index3 a, index3 b) { return {a.z + b.z, a.y + b.y, a.x + b.x}; }
    friend constexpr index3 operator-(index3 a, index3 b) { return {a.z - b.z, a.y - b.y, a.x - b.x}; }
};

/// Number of voxels along (z, y, x).
using extent3 = index3;

/// The axes of a volume, in storage order.
enum class axis : std::uint8_t { z, y, x };

constexpr index_t& along(index3& index, axis direction) {
    return direction == axis::z ? index.z : direction == axis::y ? index.y : index.x;
}
constexpr index_t along(const index3& index, axis direction) {
    return direction == axis::z ? index.z : direction == axis::y ? index.y : index.x;
}

constexpr index_t voxel_count(const extent3& extent) {
    return extent.z * extent.y * extent.x;
}

/// Position of `index` in a dense volume of `extent`: (z * ny + y) * nx + x.
constexpr index_t linear_index(const index3& index, const extent3& extent) {
    return (index.z * extent.y + index.y) * extent.x + index.x;
}

/// Half-open box of voxels, lo <= index < hi on every axis. Empty when hi <= lo on any axis.
struct box3 {
    index3 lo;
    index3 hi;

    friend constexpr bool operator==(const box3&, const box3&) = default;

    constexpr bool empty() const { return hi.z <= lo.z || hi.y <= lo.y || hi.x <= lo.x; }
    /// Extent along every axis; all zero when the box is empty.
    constexpr extent3 extent() const { return empty() ? extent3{} : hi - lo; }
    constexpr index_t voxels() const { return voxel_count(extent()); }
    constexpr bool contains(const index3& index) const {
        return index.z >= lo.z && index.z < hi.z && index.y >= lo.y && index.y < hi.y && index.x >= lo.x &&
               index.x < hi.x;
    }
};

/// The whole volume as a box.
constexpr box3 whole(const extent3& extent) {
    return {{}, extent};
}

constexpr box3 intersection(const box3& a, const box3& b) {
    return {{std::max(a.lo.z, b.lo.z), std::max(a.lo.y, b.lo.y), std::max(a.lo.x, b.lo.x)},
            {std::min(a.hi.z, b.hi.z), std::min(a.hi.y, b.hi.y), std::min(a.hi.x, b.hi.x)}};
}

/// `box` as seen from `origin`.
constexpr box3 relative(const box3& box, const index3& origin) {
    return {box.lo - origin, box.hi - origin};
}

/// `box` with `margin` voxels more on both sides of every axis, cut to `limit`. An empty box stays empty.
constexpr box3 grown(const box3& box, const extent3& margin, const box3& limit) {
    return box.empty() ? box3{} : intersection({box.lo - margin, box.hi + margin}, limit);
}

}  // namespace tomosweep
