#pragma once

#include <cmath>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// Largest k >= 0 with k^2 < distance_sq (0 for 0): how many layers beyond a voxel lie within that distance.
inline index_t layers_within(distance_sq_t distance_sq) {
    auto k = static_cast<index_t>(std::sqrt(static_cast<double>(distance_sq)));
    while (k > 0 && k * k >= index_t{distance_sq})
        --k;
    while ((k + 1) * (k + 1) < index_t{distance_sq})
        ++k;
    return k;
}

}  // namespace tomosweep
