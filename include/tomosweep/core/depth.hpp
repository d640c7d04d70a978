#pragma once

#include <algorithm>
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

/// Equal bins between two surfaces over the columns of a block, along z: the voxel in layer z of the volume lies at
/// (z + 0.5 - from) / (to - from) of the way from one to the other; what lies beyond either belongs to the bin next to
/// it. Column (y, x) of the block of `columns_per_row` columns a row stands at y columns_per_row + x.
struct depth_field {
    index_t columns_per_row = 0;
    std::vector<double> from;            ///< by column, voxels from the volume's first layer
    std::vector<double> bins_per_layer;  ///< by column: count / (to - from)
    std::int32_t count = 1;

    std::int32_t bin(index_t z, index_t y, index_t x) const {
        const auto column = static_cast<std::size_t>(y * columns_per_row + x);
        const double place = (static_cast<double>(z) + 0.5 - from[column]) * bins_per_layer[column];
        return place > 0 ? static_cast<std::int32_t>(std::min(place, static_cast<double>(count - 1))) : 0;
    }
};

}  // namespace tomosweep
