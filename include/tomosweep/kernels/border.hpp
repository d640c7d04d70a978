#pragma once

#include <vector>

#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// The voxel that stands in for `index` on an axis of `length` voxels, however far outside it lies: the volume is
/// mirrored on its faces, (d c b a | a b c d | d c b a). A length of 4 maps -1 to 0, -2 to 1, 4 to 3, 9 to 1.
constexpr index_t reflected(index_t index, index_t length) {
    const index_t period = 2 * length;
    const index_t phase = ((index % period) + period) % period;
    return phase < length ? phase : period - 1 - phase;
}

/// Where a filter window finds its voxels: for every position from `wanted`.lo - margin to `wanted`.hi + margin, by
/// axis, the index inside a block that starts at `block_lo`. The border of the volume `whole_extent` is mirrored.
struct window_map {
    std::vector<index_t> z;
    std::vector<index_t> y;
    std::vector<index_t> x;
};

inline std::vector<index_t> window_axis(index_t lo, index_t hi, index_t margin, index_t length, index_t block_lo) {
    std::vector<index_t> indices;
    for (index_t index = lo - margin; index < hi + margin; ++index)
        indices.push_back(reflected(index, length) - block_lo);
    return indices;
}

inline window_map mirrored_window(const box3& wanted, const extent3& margin, const extent3& whole_extent,
                                  const index3& block_lo) {
    return {window_axis(wanted.lo.z, wanted.hi.z, margin.z, whole_extent.z, block_lo.z),
            window_axis(wanted.lo.y, wanted.hi.y, margin.y, whole_extent.y, block_lo.y),
            window_axis(wanted.lo.x, wanted.hi.x, margin.x, whole_extent.x, block_lo.x)};
}

}  // namespace tomosweep
