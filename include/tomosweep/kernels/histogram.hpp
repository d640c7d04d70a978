#pragma once

#include <limits>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/core/histogram.hpp"

namespace tomosweep {

/// Smallest and largest grey level of some voxels; low > high when there are none. Ranges of several blocks combine by
/// the minimum of `low` and the maximum of `high`.
struct grey_limits {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    friend bool operator==(const grey_limits&, const grey_limits&) = default;
};

/// Bins of a histogram of float grey levels.
inline constexpr index_t float_bins = 65536;

/// Grey range of the voxels of `grey` where `mask`, of the same extent, is not 0; all of them when the mask is a view
/// of nothing. Local. Throws internal_error when the extents differ. Cost: one pass. Peak: none.
grey_limits grey_range(const grey_volume& grey, view3<const std::uint8_t> mask = {});

/// Histogram of the same voxels. Integer types: one bin per grey level of the type's full range (int16: first =
/// -32768), `limits` is not used. Float: float_bins equal bins that part [limits.low, limits.high], the border between
/// two bins belonging to the upper one; values outside count in the nearest bin; limits of no width get bins of width 1
/// centred on limits.low and upwards. Exact counts, so blocks add up in any order. Local. Throws internal_error when
/// the extents differ or, for float, when limits.low > limits.high. Cost: one pass. Peak: 512 kB per thread.
grey_histogram histogram_of(const grey_volume& grey, const grey_limits& limits = {},
                            view3<const std::uint8_t> mask = {});

}  // namespace tomosweep
