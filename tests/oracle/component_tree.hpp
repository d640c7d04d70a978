#pragma once

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep::oracle {

/// Offsets to the 6 or 26 neighbours.
inline std::vector<index3> neighbour_offsets(connectivity adjacency) {
    std::vector<index3> offsets;
    for (index_t z = -1; z <= 1; ++z)
        for (index_t y = -1; y <= 1; ++y)
            for (index_t x = -1; x <= 1; ++x) {
                const index_t steps = std::abs(z) + std::abs(y) + std::abs(x);
                if (steps == 1 || (steps > 1 && adjacency == connectivity::twentysix))
                    offsets.push_back({z, y, x});
            }
    return offsets;
}

/// Components of phase k, by filling one after the other.
inline component_counts components(view3<const class_t> classes, int k, connectivity adjacency, axis depth) {
    const extent3 extent = classes.extent();
    const std::vector<index3> offsets = neighbour_offsets(adjacency);
    std::vector<bool> seen(static_cast<std::size_t>(voxel_count(extent)));
    const auto enter = [&](const index3& p) {
        if (!whole(extent).contains(p) || classes[p] > k)
            return false;
        const auto at = static_cast<std::size_t>(linear_index(p, extent));
        return seen[at] ? false : (seen[at] = true);
    };
    component_counts result;
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x) {
                if (!enter({z, y, x}))
                    continue;
                std::vector<index3> component = {{z, y, x}};
                bool first = false, last = false;
                for (std::size_t i = 0; i < component.size(); ++i) {
                    const index3 p = component[i];
                    first |= along(p, depth) == 0;
                    last |= along(p, depth) == along(extent, depth) - 1;
                    for (const index3& offset : offsets)
                        if (enter(p + offset))
                            component.push_back(p + offset);
                }
                ++result.count;
                result.largest = std::max(result.largest, static_cast<std::int64_t>(component.size()));
                result.spans_depth |= static_cast<std::int64_t>(first && last);
            }
    return result;
}

}  // namespace tomosweep::oracle
