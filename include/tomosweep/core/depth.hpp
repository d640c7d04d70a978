#pragma once

#include <cstdint>
#include <vector>

#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// How the layers of a volume along its depth axis fall into the bins of a depth profile.
/// Layers, and therefore bins, count from the collector or from the separator as the job says.
struct depth_bins {
    axis direction = axis::z;
    /// Bin of every layer of the whole volume along `direction`; one entry per layer, each in [0, count).
    std::vector<std::int32_t> bin_of_layer;
    std::int32_t count = 1;
};

}  // namespace tomosweep
