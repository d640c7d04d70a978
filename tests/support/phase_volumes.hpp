#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "oracle/distance.hpp"
#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep::support {

/// A class volume and how it came about, for the message of a failing test.
struct named_volume {
    std::string name;
    array3<class_t> classes;
};

inline named_volume filled(const extent3& extent, class_t value) {
    return {"filled with " + std::to_string(value), array3<class_t>(extent, value)};
}

/// Independent voxels: class 0 or 1 with probability `density`, class_outside with probability `outside`, else
/// background.
inline named_volume noise(const extent3& extent, double density, double outside, std::uint64_t seed) {
    array3<class_t> classes(extent);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform;
    for (class_t& value : classes.values()) {
        const double level = uniform(random);
        value = level < density / 2         ? class_t{0}
                : level < density           ? class_t{1}
                : level < density + outside ? class_outside
                : uniform(random) < 0.5     ? class_t{2}
                                            : class_background;
    }
    return {"noise of density " + std::to_string(density) + ", outside " + std::to_string(outside) + ", seed " +
                std::to_string(seed),
            std::move(classes)};
}

/// Overlapping balls of random size: large distances and smooth borders.
inline named_volume blobs(const extent3& extent, int count, index_t max_radius, std::uint64_t seed) {
    array3<class_t> classes(extent, class_background);
    std::mt19937_64 random(seed);
    const auto below = [&](index_t limit) {
        return static_cast<index_t>(random() % static_cast<std::uint64_t>(limit));
    };
    for (int i = 0; i < count; ++i) {
        const index3 centre{below(extent.z), below(extent.y), below(extent.x)};
        const index_t radius = 1 + below(max_radius);
        oracle::for_each_voxel(extent, [&](const index3& at) {
            if (oracle::distance_sq(at, centre) <= radius * radius)
                classes(at.z, at.y, at.x) = 0;
        });
    }
    return {std::to_string(count) + " balls, seed " + std::to_string(seed), std::move(classes)};
}

/// Balls that grow from phase to phase by about a voxel, with rough borders; some voxels are outside.
inline named_volume growing_blobs(const extent3& extent, int phases, std::uint64_t seed) {
    array3<class_t> classes(extent);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform;
    std::vector<std::array<double, 4>> balls(6);
    for (auto& [z, y, x, radius] : balls) {
        z = uniform(random) * static_cast<double>(extent.z);
        y = uniform(random) * static_cast<double>(extent.y);
        x = uniform(random) * static_cast<double>(extent.x);
        radius = 4 * uniform(random);
    }
    oracle::for_each_voxel(extent, [&](const index3& at) {
        double level = phases;
        for (const auto& [z, y, x, radius] : balls)
            level = std::min(level, std::hypot(static_cast<double>(at.z) - z, static_cast<double>(at.y) - y,
                                               static_cast<double>(at.x) - x) -
                                        radius);
        level = std::max(level, 0.0) + 1.5 * uniform(random);
        classes(at.z, at.y, at.x) = uniform(random) < 0.03                ? class_outside
                                    : level < static_cast<double>(phases) ? static_cast<class_t>(level)
                                                                          : class_background;
    });
    return {"balls of " + std::to_string(phases) + " phases, seed " + std::to_string(seed), std::move(classes)};
}

/// Phase where (z + y + x) is even.
inline named_volume checkerboard(const extent3& extent) {
    array3<class_t> classes(extent);
    oracle::for_each_voxel(extent, [&](const index3& at) {
        classes(at.z, at.y, at.x) = (at.z + at.y + at.x) % 2 == 0 ? class_t{0} : class_background;
    });
    return {"checkerboard", std::move(classes)};
}

/// One corridor that runs to and fro through every layer and from layer to layer at alternating ends.
inline named_volume serpentine(const extent3& extent) {
    array3<class_t> classes(extent, class_background);
    oracle::for_each_voxel(extent, [&](const index3& at) {
        const bool even_layer = at.z % 2 == 0;
        const bool corridor = at.y % 2 == 0;
        const bool turn = at.x == (at.y % 4 == 1 ? extent.x - 1 : 0);
        const bool stairs = at.y == (at.z % 4 == 1 ? extent.y - 1 : 0) && at.x == 0;
        if (even_layer ? corridor || turn : stairs)
            classes(at.z, at.y, at.x) = 0;
    });
    return {"serpentine", std::move(classes)};
}

/// A square spiral in every layer.
inline named_volume spiral(const extent3& extent) {
    array3<class_t> classes(extent, class_background);
    oracle::for_each_voxel(extent, [&](const index3& at) {
        const index_t ring = std::min({at.y, at.x, extent.y - 1 - at.y, extent.x - 1 - at.x});
        const bool gate = at.x == ring && at.y == ring + 1;
        const bool bridge = at.x == ring && at.y == ring + 2;
        classes(at.z, at.y, at.x) = (ring % 2 == 0) != (ring % 2 == 0 ? gate : bridge) ? class_t{0} : class_background;
    });
    return {"spiral", std::move(classes)};
}

inline named_volume one_background_voxel(const extent3& extent, const index3& at) {
    named_volume volume = filled(extent, 0);
    volume.name = "one background voxel";
    volume.classes(at.z, at.y, at.x) = class_background;
    return volume;
}

/// Volumes small enough for brute force: random, adversarial, degenerate, and rows that cross 64-bit words.
inline std::vector<named_volume> small_volumes() {
    std::vector<named_volume> volumes;
    const extent3 extents[] = {{7, 9, 11}, {1, 13, 65}, {5, 3, 130}, {11, 1, 1}, {1, 1, 70}, {1, 17, 1}, {6, 5, 64}};
    std::uint64_t seed = 20;
    for (const extent3& extent : extents) {
        for (const double density : {0.05, 0.5, 0.9, 0.99})
            volumes.push_back(noise(extent, density, 0, ++seed));
        volumes.push_back(noise(extent, 0.6, 0.35, ++seed));
        volumes.push_back(blobs(extent, 6, 7, ++seed));
        volumes.push_back(checkerboard(extent));
        volumes.push_back(serpentine(extent));
        volumes.push_back(filled(extent, 0));
        volumes.push_back(filled(extent, class_background));
        volumes.push_back(filled(extent, class_outside));
        volumes.push_back(one_background_voxel(extent, {extent.z / 2, extent.y / 3, extent.x - 1}));
    }
    volumes.push_back(spiral({3, 21, 23}));
    volumes.push_back(filled({1, 1, 1}, 0));
    volumes.push_back(filled({1, 1, 1}, class_background));
    return volumes;
}

}  // namespace tomosweep::support
