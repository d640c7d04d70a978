#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/depth.hpp"

namespace tomosweep::support {

/// A class volume made for a test, and what was random about it.
struct class_case {
    array3<class_t> classes;
    int phases = 0;
    std::string story;
};

inline index_t random_between(std::mt19937_64& random, index_t lo, index_t hi) {
    return std::uniform_int_distribution<index_t>(lo, hi)(random);
}

/// Classes that differ little from those of the voxel before (`roughness` 0: blobs) or not at all alike (1: noise).
inline class_case random_classes(extent3 extent, int phases, double roughness, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    class_case result{array3<class_t>(extent), phases,
                      "seed " + std::to_string(seed) + ", phases " + std::to_string(phases) + ", extent " +
                          std::to_string(extent.z) + "x" + std::to_string(extent.y) + "x" + std::to_string(extent.x)};
    std::bernoulli_distribution jump(roughness), from_above(0.4), background(0.3);
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x) {
                auto& here = result.classes(z, y, x);
                if (!jump(random) && z > 0 && from_above(random))
                    here = result.classes(z - 1, y, x);
                else if (!jump(random) && y > 0 && from_above(random))
                    here = result.classes(z, y - 1, x);
                else if (!jump(random) && x > 0)
                    here = result.classes(z, y, x - 1);
                else
                    here = background(random) || phases == 0
                               ? class_background
                               : static_cast<class_t>(random_between(random, 0, phases - 1));
            }
    return result;
}

/// Marks as class_outside what lies outside a random ellipsoid, and some single voxels.
inline void cut_region(class_case& volume, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const extent3 n = volume.classes.extent();
    std::uniform_real_distribution<double> part(0.0, 1.0);
    const double cz = part(random), cy = part(random), cx = part(random), radius = 0.2 + 0.6 * part(random);
    for (index_t z = 0; z < n.z; ++z)
        for (index_t y = 0; y < n.y; ++y)
            for (index_t x = 0; x < n.x; ++x) {
                const double dz = double(z) / double(n.z) - cz, dy = double(y) / double(n.y) - cy;
                const double dx = double(x) / double(n.x) - cx;
                if (dz * dz + dy * dy + dx * dx > radius * radius || part(random) < 0.02)
                    volume.classes(z, y, x) = class_outside;
            }
    volume.story += ", region cut";
}

/// One class everywhere.
inline class_case uniform_classes(extent3 extent, int phases, class_t value) {
    return {array3<class_t>(extent, value), phases, "all of class " + std::to_string(value)};
}

/// Random, flat and degenerate volumes.
inline std::vector<class_case> class_cases(std::uint64_t seed) {
    std::vector<class_case> cases;
    const std::vector<extent3> extents = {{1, 1, 1}, {1, 7, 9},  {5, 1, 130}, {9, 4, 1},  {1, 1, 67},
                                          {7, 6, 5}, {3, 5, 64}, {4, 3, 65},  {6, 7, 129}};
    for (const extent3& extent : extents)
        for (const int phases : {1, 2, 5, 40, 254}) {
            cases.push_back(random_classes(extent, phases, phases == 40 ? 1.0 : 0.15, ++seed));
            cases.push_back(random_classes(extent, phases, 0.5, ++seed));
            cut_region(cases.back(), seed);
        }
    for (const class_t value : {class_t{0}, class_t{2}, class_background, class_outside}) {
        cases.push_back(uniform_classes({5, 6, 70}, 3, value));
        cases.push_back(uniform_classes({1, 1, 1}, 3, value));
    }
    cases.push_back(random_classes({4, 5, 6}, 0, 0.5, ++seed));
    return cases;
}

/// Boundaries 0 = c_0 <= c_1 ... <= extent of a random cut, with thin and empty parts.
inline std::vector<index_t> random_cuts(std::mt19937_64& random, index_t extent, int parts) {
    std::vector<index_t> cuts = {0, extent};
    for (int i = 1; i < parts; ++i)
        cuts.push_back(random_between(random, 0, extent));
    std::sort(cuts.begin(), cuts.end());
    return cuts;
}

inline depth_bins random_depth(std::mt19937_64& random, const extent3& extent) {
    depth_bins depth;
    depth.direction = static_cast<axis>(random_between(random, 0, 2));
    depth.count = static_cast<std::int32_t>(random_between(random, 1, 5));
    depth.bin_of_layer.resize(static_cast<std::size_t>(along(extent, depth.direction)));
    for (auto& bin : depth.bin_of_layer)
        bin = static_cast<std::int32_t>(random_between(random, 0, depth.count - 1));
    return depth;
}

}  // namespace tomosweep::support
