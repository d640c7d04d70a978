#pragma once

#include <vector>

#include "oracle/distance.hpp"

namespace tomosweep::oracle {

/// Components by flooding from every voxel in raster order. `box` is the block's place in a volume of `whole_extent`.
inline array3<std::uint64_t> label_components(view3<const class_t> classes, int phase, connectivity adjacency,
                                              const box3& box, const extent3& whole_extent) {
    array3<std::uint64_t> labels(classes.extent(), 0);
    std::vector<index3> front;
    const auto reach = [&](const index3& at, std::uint64_t label) {
        if (!whole(classes.extent()).contains(at) || classes[at] > phase || labels(at.z, at.y, at.x) != 0)
            return;
        labels(at.z, at.y, at.x) = label;
        front.push_back(at);
    };
    for_each_voxel(classes.extent(), [&](const index3& seed) {
        reach(seed, static_cast<std::uint64_t>(linear_index(box.lo + seed, whole_extent)) + 1);
        while (!front.empty()) {
            const index3 at = front.back();
            front.pop_back();
            for_each_voxel(box3{at - index3{1, 1, 1}, at + index3{2, 2, 2}}, [&](const index3& other) {
                if (adjacency == connectivity::twentysix || distance_sq(at, other) == 1)
                    reach(other, labels(at.z, at.y, at.x));
            });
        }
    });
    return labels;
}

}  // namespace tomosweep::oracle
