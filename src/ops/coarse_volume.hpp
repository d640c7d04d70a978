#pragma once

#include "tomosweep/ops/registration.hpp"

namespace tomosweep {

/// A whole volume in means over cubes of `binning` voxels, the same on every rank. Cubes of which less than half lies
/// in the region do not count and hold the mean of the others.
struct coarse_volume {
    array3<float> grey;
    array3<std::uint8_t> mask;
    double mean = 0, deviation = 1;  ///< of the cubes that count; the deviation is not 0

    grey_part part() const { return {grey.view(), mask.view(), whole(grey.extent()), grey.extent()}; }
};

/// Collective; sums of integers: grey levels are counted in 2^20 steps of the volume's range.
coarse_volume coarsened(const state_volume& state, index_t binning);

}  // namespace tomosweep
