#include "tomosweep/kernels/binning.hpp"

#include <type_traits>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

template <class T>
using sum_of = std::conditional_t<std::is_integral_v<T>, std::int64_t, double>;

template <class T>
T rounded_mean(sum_of<T> sum, index_t voxels) {
    if constexpr (std::is_integral_v<T>) {
        const std::int64_t twice = 2 * sum + voxels;
        const std::int64_t divisor = 2 * voxels;
        // Division rounds towards zero, but half up means downwards for negative means too.
        return static_cast<T>(twice / divisor - (twice % divisor < 0 ? 1 : 0));
    } else {
        return static_cast<T>(sum / static_cast<double>(voxels));
    }
}

template <class T>
sum_of<T> cube_sum(view3<const T> grey, const index3& lo, index_t binning) {
    sum_of<T> sum = 0;
    for (index_t z = lo.z; z < lo.z + binning; ++z)
        for (index_t y = lo.y; y < lo.y + binning; ++y)
            for (index_t x = lo.x; x < lo.x + binning; ++x)
                sum += grey(z, y, x);
    return sum;
}

}  // namespace

index_t binning_for(const extent3& volume, index_t most) {
    const auto cubes = [&](index_t edge) {
        return ((volume.z + edge - 1) / edge) * ((volume.y + edge - 1) / edge) * ((volume.x + edge - 1) / edge);
    };
    index_t edge = 1;
    while (cubes(edge) > most)
        ++edge;
    return edge;
}

template <class T>
array3<T> binned(view3<const T> grey, index_t binning) {
    require(binning >= 1, "binning averages cubes of at least one voxel");
    const extent3 extent = binned_extent(grey.extent(), binning);
    array3<T> result(extent);
#pragma omp parallel for collapse(2) schedule(static)
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x)
                result(z, y, x) = rounded_mean<T>(cube_sum(grey, {z * binning, y * binning, x * binning}, binning),
                                                  binning * binning * binning);
    return result;
}

template array3<std::uint8_t> binned(view3<const std::uint8_t>, index_t);
template array3<std::uint16_t> binned(view3<const std::uint16_t>, index_t);
template array3<std::int16_t> binned(view3<const std::int16_t>, index_t);
template array3<float> binned(view3<const float>, index_t);

}  // namespace tomosweep
