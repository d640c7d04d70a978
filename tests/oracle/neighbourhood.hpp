#pragma once

#include <array>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep::oracle {

/// Class of a voxel, class_outside beyond the volume.
inline class_t class_at(view3<const class_t> classes, const index3& p) {
    return whole(classes.extent()).contains(p) ? classes[p] : class_outside;
}

/// Euler number of the 26-connected phase: vertices - edges + faces - cells of the union of its closed voxels. A cell
/// of dimension d is named by a corner and the axes along which it extends; it is there when any voxel around it is.
inline std::int64_t euler_26(view3<const class_t> classes, int k) {
    const extent3 n = classes.extent();
    std::int64_t sum = 0;
    for (int shape = 0; shape < 8; ++shape)
        for (index_t z = 0; z <= n.z; ++z)
            for (index_t y = 0; y <= n.y; ++y)
                for (index_t x = 0; x <= n.x; ++x) {
                    bool present = false;
                    for (int around = 0; around < 8; ++around)
                        if ((around & shape) == 0)
                            present |= class_at(classes,
                                                {z - (around & 1), y - (around >> 1 & 1), x - (around >> 2 & 1)}) <= k;
                    sum += present ? ((shape & 1) + (shape >> 1 & 1) + (shape >> 2 & 1)) % 2 == 0 ? 1 : -1 : 0;
                }
    return sum;
}

/// Euler number of the 6-connected phase: voxels - pairs + squares - cubes that lie in it entirely.
inline std::int64_t euler_6(view3<const class_t> classes, int k) {
    const extent3 n = classes.extent();
    std::int64_t sum = 0;
    for (int shape = 0; shape < 8; ++shape)
        for (index_t z = 0; z < n.z; ++z)
            for (index_t y = 0; y < n.y; ++y)
                for (index_t x = 0; x < n.x; ++x) {
                    bool full = true;
                    for (int part = 0; part < 8; ++part)
                        if ((part & ~shape) == 0)
                            full &= class_at(classes, {z + (part & 1), y + (part >> 1 & 1), x + (part >> 2 & 1)}) <= k;
                    sum += full ? ((shape & 1) + (shape >> 1 & 1) + (shape >> 2 & 1)) % 2 == 0 ? 1 : -1 : 0;
                }
    return sum;
}

/// Everything but the components of phase k, counted voxel by voxel.
inline phase_counts neighbourhood(view3<const class_t> classes, int k, const depth_bins& depth) {
    const extent3 n = classes.extent();
    phase_counts result;
    result.depth_voxels.assign(static_cast<std::size_t>(depth.count), 0);
    for (index_t z = 0; z < n.z; ++z)
        for (index_t y = 0; y < n.y; ++y)
            for (index_t x = 0; x < n.x; ++x) {
                const index3 p{z, y, x};
                const class_t here = classes[p];
                if (here <= k) {
                    ++result.voxels;
                    const auto layer = static_cast<std::size_t>(along(p, depth.direction));
                    ++result.depth_voxels[static_cast<std::size_t>(depth.bin_of_layer[layer])];
                }
                for (std::size_t d = 0; d < half_directions.size(); ++d) {
                    const class_t there = class_at(classes, p + half_directions[d]);
                    if (here != class_outside && there != class_outside && (here <= k) != (there <= k))
                        ++result.transitions[d];
                }
            }
    result.euler_6 = euler_6(classes, k);
    result.euler_26 = euler_26(classes, k);
    return result;
}

}  // namespace tomosweep::oracle
