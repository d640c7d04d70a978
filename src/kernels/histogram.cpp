#include "tomosweep/kernels/histogram.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

void check_mask(const extent3& extent, view3<const std::uint8_t> mask) {
    require(mask.data() == nullptr || mask.extent() == extent, "the mask has the extent of the block");
}

/// Where to count a grey level.
template <class T>
struct binning_rule {
    explicit binning_rule(const grey_limits&) {}
    static constexpr index_t bins = index_t{1} << (8 * sizeof(T));
    double first() const { return std::numeric_limits<T>::min(); }
    double step() const { return 1; }
    index_t bin(T value) const { return index_t{value} - std::numeric_limits<T>::min(); }
};

template <>
struct binning_rule<float> {
    explicit binning_rule(const grey_limits& limits)
        : flat(limits.low == limits.high),
          width(flat ? 1 : (limits.high - limits.low) / float_bins),
          low(flat ? limits.low - 0.5 : limits.low) {
        require(limits.low <= limits.high, "the bins of a float histogram have limits");
    }
    static constexpr index_t bins = float_bins;
    double first() const { return low + width / 2; }
    double step() const { return width; }
    index_t bin(float value) const {
        const double position = (static_cast<double>(value) - low) / width;
        return static_cast<index_t>(std::clamp(position, 0.0, static_cast<double>(bins - 1)));
    }

    bool flat;
    double width;
    double low;
};

/// Calls `visit(value)` for every voxel of a row that the mask keeps.
template <class T, class Visit>
void for_kept(const T* values, const std::uint8_t* mask, index_t length, const Visit& visit) {
    if (mask == nullptr) {
        for (index_t x = 0; x < length; ++x)
            visit(values[x]);
    } else {
        for (index_t x = 0; x < length; ++x)
            if (mask[x] != 0)
                visit(values[x]);
    }
}

const std::uint8_t* mask_row(view3<const std::uint8_t> mask, index_t z, index_t y) {
    return mask.data() == nullptr ? nullptr : mask.row(z, y);
}

template <class T>
grey_limits range_of(view3<const T> grey, view3<const std::uint8_t> mask) {
    // Not a reduction of OpenMP: with clang its minimum starts from the largest finite number, not from infinity.
    grey_limits range;
#pragma omp parallel
    {
        grey_limits own;
#pragma omp for collapse(2) schedule(static)
        for (index_t z = 0; z < grey.extent().z; ++z)
            for (index_t y = 0; y < grey.extent().y; ++y)
                for_kept(grey.row(z, y), mask_row(mask, z, y), grey.extent().x, [&](T value) {
                    own.low = std::min(own.low, static_cast<double>(value));
                    own.high = std::max(own.high, static_cast<double>(value));
                });
#pragma omp critical(grey_range)
        {
            range.low = std::min(range.low, own.low);
            range.high = std::max(range.high, own.high);
        }
    }
    return range;
}

template <class T>
grey_histogram count(view3<const T> grey, const grey_limits& limits, view3<const std::uint8_t> mask) {
    const binning_rule<T> rule(limits);
    const extent3 extent = grey.extent();
    constexpr auto bins = static_cast<std::size_t>(binning_rule<T>::bins);
    grey_histogram histogram{rule.first(), rule.step(), std::vector<std::int64_t>(bins, 0)};
    std::vector<std::int64_t> shares(bins * static_cast<std::size_t>(omp_get_max_threads()), 0);
#pragma omp parallel
    {
        std::int64_t* counts = shares.data() + bins * static_cast<std::size_t>(omp_get_thread_num());
#pragma omp for collapse(2) schedule(static)
        for (index_t z = 0; z < extent.z; ++z)
            for (index_t y = 0; y < extent.y; ++y)
                for_kept(grey.row(z, y), mask_row(mask, z, y), extent.x, [&](T value) { ++counts[rule.bin(value)]; });
    }
    for (std::size_t i = 0; i < shares.size(); ++i)
        histogram.counts[i % bins] += shares[i];
    return histogram;
}

}  // namespace

grey_limits grey_range(const grey_volume& grey, view3<const std::uint8_t> mask) {
    return std::visit(
        [&](const auto& held) {
            check_mask(held.extent(), mask);
            return range_of(held.view(), mask);
        },
        grey);
}

grey_histogram histogram_of(const grey_volume& grey, const grey_limits& limits, view3<const std::uint8_t> mask) {
    return std::visit(
        [&](const auto& held) {
            check_mask(held.extent(), mask);
            return count(held.view(), limits, mask);
        },
        grey);
}

}  // namespace tomosweep
