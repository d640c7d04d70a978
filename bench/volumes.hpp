#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep::bench {

/// The Voronoi cells of one random seed per cube of a regular grid, and plates of 4 to 16 voxels along their faces.
class voronoi_cells {
public:
    voronoi_cells(index_t edge, double cell)
        : per_axis_(static_cast<index_t>(std::max(1.0, static_cast<double>(edge) / cell))),
          pitch_(static_cast<double>(edge) / static_cast<double>(per_axis_)) {
        std::mt19937_64 random(1);
        std::uniform_real_distribution<double> uniform;
        for (index_t i = 0; i < per_axis_ * per_axis_ * per_axis_; ++i)
            seeds_.push_back({(static_cast<double>(i / (per_axis_ * per_axis_)) + uniform(random)) * pitch_,
                              (static_cast<double>(i / per_axis_ % per_axis_) + uniform(random)) * pitch_,
                              (static_cast<double>(i % per_axis_) + uniform(random)) * pitch_,
                              2 + 6 * uniform(random)});
    }

    bool in_plate(double z, double y, double x) const {
        std::array<const seed*, 2> nearest{};
        std::array<double, 2> distance_sq{1e30, 1e30};
        for_each_near(z, y, x, [&](const seed& each) {
            const double square =
                (each.z - z) * (each.z - z) + (each.y - y) * (each.y - y) + (each.x - x) * (each.x - x);
            const std::size_t place = square < distance_sq[0] ? 0 : 1;
            if (square >= distance_sq[place])
                return;
            if (place == 0) {
                nearest[1] = nearest[0];
                distance_sq[1] = distance_sq[0];
            }
            nearest[place] = &each;
            distance_sq[place] = square;
        });
        if (nearest[1] == nullptr)
            return false;
        const seed &a = *nearest[0], &b = *nearest[1];
        const double to_face = (distance_sq[1] - distance_sq[0]) / (2 * std::hypot(a.z - b.z, a.y - b.y, a.x - b.x));
        return to_face < std::min(a.half_width, b.half_width);
    }

private:
    struct seed {
        double z, y, x, half_width;
    };

    /// Seeds two cells away can be the nearest, but hardly ever are.
    template <class Visit>
    void for_each_near(double z, double y, double x, const Visit& visit) const {
        const auto cell = [&](double at) { return static_cast<index_t>(at / pitch_); };
        const auto first = [&](double at) { return std::max<index_t>(cell(at) - 1, 0); };
        const auto last = [&](double at) { return std::min(cell(at) + 1, per_axis_ - 1); };
        for (index_t cz = first(z); cz <= last(z); ++cz)
            for (index_t cy = first(y); cy <= last(y); ++cy)
                for (index_t cx = first(x); cx <= last(x); ++cx)
                    visit(seeds_[static_cast<std::size_t>((cz * per_axis_ + cy) * per_axis_ + cx)]);
    }

    index_t per_axis_;
    double pitch_;
    std::vector<seed> seeds_;
};

/// Class 0 in the plates, which take about a quarter of the volume; `inverted`: between them.
inline array3<class_t> plates(index_t edge, bool inverted) {
    const voronoi_cells cells(edge, 64);
    array3<class_t> classes({edge, edge, edge});
#pragma omp parallel for schedule(dynamic)
    for (index_t z = 0; z < edge; ++z)
        for (index_t y = 0; y < edge; ++y)
            for (index_t x = 0; x < edge; ++x) {
                const bool plate =
                    cells.in_plate(static_cast<double>(z), static_cast<double>(y), static_cast<double>(x));
                classes(z, y, x) = plate != inverted ? class_t{0} : class_background;
            }
    return classes;
}

inline array3<class_t> noise(index_t edge, double share) {
    array3<class_t> classes({edge, edge, edge});
    std::mt19937_64 random(2);
    const auto limit = static_cast<std::uint64_t>(std::ldexp(share, 32));
    for (class_t& value : classes.values())
        value = random() >> 32 < limit ? class_t{0} : class_background;
    return classes;
}

/// Grey of a cube like a reconstructed scan: noise smoothed over 3 voxels (mean 128, standard deviation about 10), and
/// dark cracks, four voxels wide, along waves through the depth; about 15 % of the volume.
inline array3<std::uint8_t> cracked_grey(index_t edge) {
    array3<std::uint8_t> grey({edge, edge, edge});
    std::mt19937 random(7);
    const auto plane = static_cast<std::size_t>(edge * edge);
    std::vector<float> noise(plane * 3), column(plane);
    const auto fill = [&](std::size_t slot) {
        for (std::size_t i = 0; i < plane; ++i)
            noise[slot * plane + i] = static_cast<float>(random() & 0xFFFFU) / 65536.0F - 0.5F;
    };
    fill(0);
    fill(1);
    const auto wrapped = [&](index_t i) { return (i + edge) % edge; };
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
                const float dark = std::clamp(3.0F - std::abs(std::remainder(wave, 32.0F)), 0.0F, 1.0F) * 50.0F;
                grey(z, y, x) = static_cast<std::uint8_t>(std::clamp(128.0F + 7.0F * sum - dark, 0.0F, 255.0F));
            }
    }
    return grey;
}

}  // namespace tomosweep::bench
