#include "tomosweep/campaign/region.hpp"

#include <algorithm>
#include <cmath>

namespace tomosweep {

box3 region_box(const region_spec& region, const extent3& extent) {
    box3 box = region.box.box;
    for (const axis direction : {axis::z, axis::y, axis::x})
        if (along(box.hi, direction) < 0)
            along(box.hi, direction) = along(extent, direction);
    return box;
}

extent3 analysed_extent(const scan_spec& scan, const extent3& extent) {
    const extent3 inside = intersection(region_box(scan.region, extent), whole(extent)).extent();
    const index_t edge = scan.preprocess.binning;
    return {inside.z / edge, inside.y / edge, inside.x / edge};
}

bool meets(const cylinder_region& cylinder, const box3& box) {
    if (box.empty())
        return false;
    double distance_sq = 0;
    int coordinate = 0;
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        if (direction == cylinder.direction)
            continue;
        const double center = cylinder.center[coordinate++];
        const double nearest = std::clamp(std::round(center), static_cast<double>(along(box.lo, direction)),
                                          static_cast<double>(along(box.hi, direction) - 1));
        distance_sq += (nearest - center) * (nearest - center);
    }
    return distance_sq <= cylinder.radius * cylinder.radius;
}

}  // namespace tomosweep
