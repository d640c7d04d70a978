#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "tomosweep/core/array.hpp"

namespace tomosweep::bench {

/// Grey of a cube like a reconstructed scan: noise smoothed over 3 voxels (mean 128, standard deviation about 10), and
/// dark cracks, four voxels wide, along waves through the depth; about 15 % of the volume.
inline array3<std::uint8_t> cracked_grey(index_t edge) {
    array3<std::uint8_t> grey({edge, edge, edge});
    std::mt19937 random(7);
    std::vector<float> noise(static_cast<std::size_t>(edge * edge) * 3);
    const auto plane = static_cast<std::size_t>(edge * edge);
    const auto fill = [&](std::size_t slot) {
        for (std::size_t i = 0; i < plane; ++i)
            noise[slot * plane + i] = static_cast<float>(random() & 0xFFFFU) / 65536.0F - 0.5F;
    };
    fill(0);
    fill(1);
    const auto wrapped = [&](index_t i) { return (i + edge) % edge; };
    std::vector<float> column(plane);
    for (index_t z = 0; z < edge; ++z) {
        fill(static_cast<std::size_t>((z + 2) % 3));
        for (std::size_t i = 0; i < plane; ++i)
            column[i] = noise[i] + noise[plane + i] + noise[2 * plane + i];
        for (index_t y = 0; y < edge; ++y)
            for (index_t x = 0; x < edge; ++x) {
                float sum = 0;
                for (index_t v = y - 1; v <= y + 1; ++v)
                    for (index_t u = x - 1; u <= x + 1; ++u)
                        sum += column[static_cast<std::size_t>(wrapped(v) * edge + wrapped(u))];
                const float wave = static_cast<float>(x) + 9 * std::sin(0.05F * static_cast<float>(y + z));
                const float from_crack = std::abs(std::remainder(wave, 32.0F));
                const float dark = std::clamp(3.0F - from_crack, 0.0F, 1.0F) * 50.0F;
                grey(z, y, x) = static_cast<std::uint8_t>(std::clamp(128.0F + 7.0F * sum - dark, 0.0F, 255.0F));
            }
    }
    return grey;
}

}  // namespace tomosweep::bench
