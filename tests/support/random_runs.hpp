#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace tomosweep::support {

/// Bytes in runs of 1 to 2 `mean_run` equal ones, of few values in most places and of any value in others.
inline std::vector<std::byte> random_runs(std::size_t size, std::size_t mean_run, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::byte> bytes;
    while (bytes.size() < size) {
        const auto value = static_cast<std::byte>(random() % 8 == 0 ? random() % 256 : random() % 2);
        bytes.insert(bytes.end(), std::min<std::size_t>(1 + random() % (2 * mean_run), size - bytes.size()), value);
    }
    return bytes;
}

}  // namespace tomosweep::support
