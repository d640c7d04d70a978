#pragma once

#include <algorithm>
#include <vector>

#include "tomosweep/core/array.hpp"

namespace tomosweep::oracle {

/// Index on a mirrored axis, one reflection at a time.
inline index_t mirrored(index_t index, index_t length) {
    while (index < 0 || index >= length)
        index = index < 0 ? -index - 1 : 2 * length - 1 - index;
    return index;
}

/// Median of every cube of (2 radius + 1)^3 voxels by sorting it.
template <class T>
array3<T> median(const array3<T>& grey, index_t radius) {
    const extent3 extent = grey.extent();
    array3<T> result(extent);
    std::vector<T> cube;
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x) {
                cube.clear();
                for (index_t k = z - radius; k <= z + radius; ++k)
                    for (index_t j = y - radius; j <= y + radius; ++j)
                        for (index_t i = x - radius; i <= x + radius; ++i)
                            cube.push_back(grey(mirrored(k, extent.z), mirrored(j, extent.y), mirrored(i, extent.x)));
                std::sort(cube.begin(), cube.end());
                result(z, y, x) = cube[cube.size() / 2];
            }
    return result;
}

/// Gaussian as one sum over the whole cube, in double and not rounded.
template <class T>
array3<double> gaussian(const array3<T>& grey, const std::vector<double>& weights) {
    const extent3 extent = grey.extent();
    const auto radius = static_cast<index_t>(weights.size() / 2);
    const auto weight = [&](index_t offset) { return weights[static_cast<std::size_t>(offset + radius)]; };
    array3<double> result(extent, 0.0);
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x)
                for (index_t k = -radius; k <= radius; ++k)
                    for (index_t j = -radius; j <= radius; ++j)
                        for (index_t i = -radius; i <= radius; ++i)
                            result(z, y, x) +=
                                weight(k) * weight(j) * weight(i) *
                                static_cast<double>(grey(mirrored(z + k, extent.z), mirrored(y + j, extent.y),
                                                         mirrored(x + i, extent.x)));
    return result;
}

}  // namespace tomosweep::oracle
