#pragma once

#include <cmath>
#include <random>
#include <type_traits>

#include "tomosweep/core/array.hpp"

namespace tomosweep::test {

/// Uniform random grey levels in [low, high].
template <class T>
array3<T> random_volume(const extent3& extent, std::uint64_t seed, double low, double high) {
    std::mt19937_64 bits(seed);
    std::uniform_real_distribution<double> uniform(low, high + (std::is_integral_v<T> ? 1 : 0));
    array3<T> grey(extent);
    for (T& value : grey.values())
        value = static_cast<T>(std::floor(uniform(bits) * (std::is_integral_v<T> ? 1 : 256)) /
                               (std::is_integral_v<T> ? 1 : 256));
    return grey;
}

/// A dense copy of a part of a volume.
template <class T>
array3<T> cut(const array3<T>& grey, const box3& box) {
    array3<T> part(box.extent());
    copy<T>(grey.view().part(box), part.view());
    return part;
}

}  // namespace tomosweep::test
