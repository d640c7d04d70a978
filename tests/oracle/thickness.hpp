#pragma once

#include "oracle/distance.hpp"

namespace tomosweep::oracle {

/// Local thickness by letting every phase voxel's ball cover every phase voxel inside it; 0 outside the phase.
inline array3<distance_sq_t> local_thickness(view3<const class_t> classes, int phase) {
    const array3<distance_sq_t> distance = squared_distance(classes, phase);
    array3<distance_sq_t> thickness(classes.extent(), 0);
    for_each_voxel(classes.extent(), [&](const index3& centre) {
        const distance_sq_t radius_sq = distance(centre.z, centre.y, centre.x);
        for_each_voxel(classes.extent(), [&](const index3& at) {
            const bool inside = radius_sq == unbounded_sq || distance_sq(at, centre) < static_cast<index_t>(radius_sq);
            distance_sq_t& value = thickness(at.z, at.y, at.x);
            if (classes[at] <= phase && inside && value < radius_sq)
                value = radius_sq;
        });
    });
    return thickness;
}

}  // namespace tomosweep::oracle
