#pragma once

#include <map>

#include "oracle/distance.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep::oracle {

/// Local thickness by letting every phase voxel's ball cover every phase voxel inside it; 0 outside the phase.
inline array3<distance_sq_t> local_thickness(view3<const class_t> classes, int phase) {
    const array3<distance_sq_t> distance = squared_distance(classes, phase);
    array3<distance_sq_t> thickness(classes.extent(), 0);
    for_each_voxel(classes.extent(), [&](const index3& centre) {
        const distance_sq_t radius_sq = distance(centre.z, centre.y, centre.x);
        if (radius_sq == 0)
            return;
        const bool unbounded = radius_sq == unbounded_sq;
        index_t reach = 0;
        while (!unbounded && reach * reach < static_cast<index_t>(radius_sq))
            ++reach;
        const index3 far{reach, reach, reach};
        const box3 all = whole(classes.extent());
        for_each_voxel(unbounded ? all : intersection({centre - far, centre + far}, all), [&](const index3& at) {
            const bool inside = unbounded || distance_sq(at, centre) < static_cast<index_t>(radius_sq);
            distance_sq_t& value = thickness(at.z, at.y, at.x);
            if (classes[at] <= phase && inside && value < radius_sq)
                value = radius_sq;
        });
    });
    return thickness;
}

/// Voxels of the phase by local thickness, every layer across z as a volume of its own.
inline thickness_table thickness_in_layers(view3<const class_t> classes, int phase) {
    const extent3 extent = classes.extent();
    std::map<distance_sq_t, std::int64_t> counts;
    for (index_t z = 0; z < extent.z; ++z) {
        const auto thickness = oracle::local_thickness(classes.part({{z, 0, 0}, {z + 1, extent.y, extent.x}}), phase);
        for (const distance_sq_t radius_sq : thickness.values())
            if (radius_sq != 0)
                ++counts[radius_sq];
    }
    thickness_table table;
    for (const auto& [radius_sq, voxels] : counts)
        table.push_back({radius_sq, 0, voxels});
    return table;
}

}  // namespace tomosweep::oracle
