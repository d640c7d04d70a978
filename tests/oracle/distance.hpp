#pragma once

#include <algorithm>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep::oracle {

inline index_t distance_sq(const index3& a, const index3& b) {
    const index3 d = a - b;
    return d.z * d.z + d.y * d.y + d.x * d.x;
}

/// Calls visit(index) for every voxel in raster order.
template <class Visit>
void for_each_voxel(const box3& box, Visit&& visit) {
    for (index_t z = box.lo.z; z < box.hi.z; ++z)
        for (index_t y = box.lo.y; y < box.hi.y; ++y)
            for (index_t x = box.lo.x; x < box.hi.x; ++x)
                visit(index3{z, y, x});
}
template <class Visit>
void for_each_voxel(const extent3& extent, Visit&& visit) {
    for_each_voxel(whole(extent), visit);
}

inline bool is_background(class_t value, int phase) {
    return value > phase && value <= class_background;
}

/// Squared distance of every phase voxel to the nearest background voxel, by trying all of them; 0 outside the phase.
inline array3<distance_sq_t> squared_distance(view3<const class_t> classes, int phase) {
    std::vector<index3> backgrounds;
    for_each_voxel(classes.extent(), [&](const index3& at) {
        if (is_background(classes[at], phase))
            backgrounds.push_back(at);
    });
    array3<distance_sq_t> distance(classes.extent(), 0);
    for_each_voxel(classes.extent(), [&](const index3& at) {
        if (classes[at] > phase)
            return;
        auto nearest = static_cast<index_t>(unbounded_sq);
        for (const index3& background : backgrounds)
            nearest = std::min(nearest, distance_sq(at, background));
        distance(at.z, at.y, at.x) = static_cast<distance_sq_t>(nearest);
    });
    return distance;
}

}  // namespace tomosweep::oracle
