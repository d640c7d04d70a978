#include "tomosweep/descriptors/surface.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tomosweep/core/tables.hpp"

namespace tomosweep::surface_test {
namespace {

template <class Inside>
transition_counts count(index_t extent, Inside&& inside) {
    transition_counts transitions{};
    for (index_t z = 0; z < extent; ++z)
        for (index_t y = 0; y < extent; ++y)
            for (index_t x = 0; x < extent; ++x)
                for (std::size_t d = 0; d < half_directions.size(); ++d) {
                    const index3 here{z, y, x}, there = here + half_directions[d];
                    if (whole({extent, extent, extent}).contains(there))
                        transitions[d] += inside(here) != inside(there);
                }
    return transitions;
}

TEST(surface, ball_of_radius_ten_or_more_reads_within_one_and_a_half_percent) {
    for (const double radius : {10.0, 14.5, 20.0, 26.3}) {
        const index_t extent = 60;
        const auto transitions = count(extent, [&](const index3& p) {
            const double z = static_cast<double>(p.z) - 29.7, y = static_cast<double>(p.y) - 29.4,
                         x = static_cast<double>(p.x) - 30.1;
            return z * z + y * y + x * x <= radius * radius;
        });
        const double exact = 4 * std::numbers::pi * radius * radius;
        EXPECT_NEAR(crofton_surface(transitions) / exact, 1.0, 0.015) << "radius " << radius;
    }
}

TEST(surface, axis_parallel_plane_reads_the_documented_bias) {
    const index_t extent = 64;
    const auto transitions = count(extent, [](const index3& p) { return p.z < 30; });
    EXPECT_EQ(face_count(transitions), extent * extent);
    // 0.9266 for an endless plane: one axis, four face and four space diagonals cross it. Here the diagonals lose the
    // pairs that leave the volume sideways.
    const double kept = 63.0 / 64;
    const double expected =
        2 * (0.0915558 + 4 * 0.0739613 / std::sqrt(2.0) * kept + 4 * 0.0703913 / std::sqrt(3.0) * kept * kept);
    EXPECT_NEAR(crofton_surface(transitions) / static_cast<double>(extent * extent), expected, 1e-6);
}

TEST(surface, single_voxel_has_six_faces) {
    const auto transitions = count(3, [](const index3& p) { return p == index3{1, 1, 1}; });
    EXPECT_EQ(face_count(transitions), 6);
    EXPECT_EQ(transitions, (transition_counts{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}));
}

}  // namespace
}  // namespace tomosweep::surface_test
