#include "tomosweep/descriptors/plane.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tomosweep::plane_test {
namespace {

constexpr extent3 volume{40, 50, 60};

/// The voxels for which `inside` holds.
template <class Inside>
cluster_counts cluster_of(const Inside& inside) {
    cluster_counts counts;
    for (index_t z = 0; z < volume.z; ++z)
        for (index_t y = 0; y < volume.y; ++y)
            for (index_t x = 0; x < volume.x; ++x) {
                if (!inside(z, y, x))
                    continue;
                const std::array p{z - 20, y - 25, x - 30};
                ++counts.voxels;
                std::size_t entry = 0;
                for (std::size_t i = 0; i < 3; ++i) {
                    counts.position[i] += p[i];
                    for (std::size_t j = i; j < 3; ++j)
                        counts.square[entry++] += p[i] * p[j];
                }
            }
    return counts;
}

TEST(plane_of, a_layer_lies_flat_in_its_middle_and_stands_upright_to_another_depth_axis) {
    const auto layer = cluster_of([](index_t z, index_t, index_t) { return z == 7 || z == 8; });
    const cluster_plane plane = plane_of(layer, volume, axis::z);
    EXPECT_DOUBLE_EQ(plane.centre[0], 8);
    EXPECT_DOUBLE_EQ(plane.centre[1], 25);
    EXPECT_DOUBLE_EQ(plane.centre[2], 30);
    EXPECT_DOUBLE_EQ(plane.normal[0], 1);
    EXPECT_DOUBLE_EQ(plane.spread, 0.5);
    EXPECT_DOUBLE_EQ(plane.dip_deg, 0);
    EXPECT_DOUBLE_EQ(plane_of(layer, volume, axis::x).dip_deg, 90);
}

TEST(plane_of, a_tilted_plate_has_its_normal_and_dip) {
    // z falls by one where y grows by two: the normal is (2, 1, 0) / sqrt 5.
    const auto plate = cluster_of([](index_t z, index_t y, index_t) {
        return std::abs(2 * static_cast<double>(z - 20) + static_cast<double>(y - 25)) < 2.5 && z > 9 && z < 31;
    });
    const cluster_plane plane = plane_of(plate, volume, axis::z);
    EXPECT_NEAR(plane.normal[0], 2 / std::sqrt(5), 2e-3);
    EXPECT_NEAR(plane.normal[1], 1 / std::sqrt(5), 4e-3);
    EXPECT_NEAR(plane.normal[2], 0, 1e-12);
    EXPECT_NEAR(plane.dip_deg, std::atan(0.5) * 180 / M_PI, 0.3);
}

TEST(plane_of, nothing_has_no_plane) {
    const cluster_plane plane = plane_of({}, volume, axis::z);
    EXPECT_TRUE(std::isnan(plane.centre[0]) && std::isnan(plane.normal[2]) && std::isnan(plane.spread) &&
                std::isnan(plane.dip_deg));
}

}  // namespace
}  // namespace tomosweep::plane_test
