#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep::bench {

/// Plates of 4 to 16 voxels, a quarter of the volume with cells of 64 voxels, along the faces between the Voronoi cells
/// of random seeds. Class 0 is crack. `inverted` swaps crack and solid: a phase of thick islets.
inline array3<class_t> voronoi_plates(index_t edge, double cell, bool inverted = false) {
    struct seed {
        double z, y, x, half_width;
    };
    const auto cells = static_cast<index_t>(std::max(1.0, static_cast<double>(edge) / cell));
    const double pitch = static_cast<double>(edge) / static_cast<double>(cells);
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform;
    std::vector<seed> seeds;
    for (index_t i = 0; i < cells * cells * cells; ++i)
        seeds.push_back({(static_cast<double>(i / (cells * cells)) + uniform(random)) * pitch,
                         (static_cast<double>(i / cells % cells) + uniform(random)) * pitch,
                         (static_cast<double>(i % cells) + uniform(random)) * pitch, 2 + 6 * uniform(random)});
    array3<class_t> classes({edge, edge, edge});
#pragma omp parallel for schedule(dynamic)
    for (index_t z = 0; z < edge; ++z)
        for (index_t y = 0; y < edge; ++y) {
            // Seeds two cells away can be the nearest, those farther away hardly ever.
            const auto near = [&](index_t at) { return static_cast<index_t>(static_cast<double>(at) / pitch); };
            for (index_t x = 0; x < edge; ++x) {
                const seed* first = nullptr;
                double nearest = 1e30, second = 1e30, gap = 0;
                const seed* other = nullptr;
                for (index_t cz = std::max<index_t>(near(z) - 1, 0); cz <= std::min(near(z) + 1, cells - 1); ++cz)
                    for (index_t cy = std::max<index_t>(near(y) - 1, 0); cy <= std::min(near(y) + 1, cells - 1); ++cy)
                        for (index_t cx = std::max<index_t>(near(x) - 1, 0); cx <= std::min(near(x) + 1, cells - 1);
                             ++cx) {
                            const seed& s = seeds[static_cast<std::size_t>((cz * cells + cy) * cells + cx)];
                            const double dz = s.z - static_cast<double>(z);
                            const double dy = s.y - static_cast<double>(y);
                            const double dx = s.x - static_cast<double>(x);
                            const double distance = dz * dz + dy * dy + dx * dx;
                            if (distance < nearest) {
                                second = nearest;
                                other = first;
                                nearest = distance;
                                first = &s;
                            } else if (distance < second) {
                                second = distance;
                                other = &s;
                            }
                        }
                double half_width = 0;
                if (other != nullptr) {
                    const double between = std::hypot(first->z - other->z, first->y - other->y, first->x - other->x);
                    gap = (second - nearest) / (2 * between);
                    half_width = std::min(first->half_width, other->half_width);
                }
                classes(z, y, x) = (gap < half_width) != inverted ? class_t{0} : class_background;
            }
        }
    return classes;
}

inline array3<class_t> noise(index_t edge, double density) {
    array3<class_t> classes({edge, edge, edge});
    std::mt19937_64 random(2);
    const auto limit = static_cast<std::uint64_t>(std::ldexp(density, 32));
    for (class_t& value : classes.values())
        value = random() >> 32 < limit ? class_t{0} : class_background;
    return classes;
}

}  // namespace tomosweep::bench
