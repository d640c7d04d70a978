#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Throws internal_error unless `own` has the extent of the rank's own block. Local.
template <class T>
void require_own_block(const domain& grid, view3<T> own) {
    require(own.voxels() == grid.own().voxels() && (grid.own().empty() || own.extent() == grid.own().extent()),
            "a rank brings exactly the voxels of its own block");
}

/// Throws internal_error unless a chain can have this phase. Local.
inline void require_phase(int phase) {
    require(phase >= 0 && phase < max_phases, "a phase is one of the chain");
}

/// Throws internal_error unless every layer of the volume has a bin. Local.
inline void require_depth(const domain& grid, const depth_bins& depth) {
    require(static_cast<index_t>(depth.bin_of_layer.size()) == along(grid.volume(), depth.direction),
            "the depth bins name every layer of the volume");
    require(std::ranges::all_of(depth.bin_of_layer, [&](std::int32_t bin) { return bin >= 0 && bin < depth.count; }),
            "every layer lies in one of the depth bins");
}

template <class T>
std::vector<std::byte> to_bytes(const std::vector<T>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return {bytes.begin(), bytes.end()};
}

template <class T>
std::vector<T> from_bytes(std::span<const std::byte> bytes) {
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty())
        std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
}

}  // namespace tomosweep
