#include "tomosweep/descriptors/resolution_limit.hpp"

#include <gtest/gtest.h>

namespace tomosweep::resolution_limit_test {
namespace {

TEST(resolution_limit, four_voxels_of_the_paper_are_a_radius_of_two) {
    EXPECT_EQ(smallest_resolved_radius_sq(0.64, 0.16), 4u);
    EXPECT_EQ(smallest_resolved_radius_sq(0.1, 0.025), 4u);
    EXPECT_EQ(smallest_resolved_radius_sq(0.640001, 0.16), 5u);
}

TEST(resolution_limit, zero_keeps_everything_and_two_voxels_keep_every_phase_voxel) {
    EXPECT_EQ(smallest_resolved_radius_sq(0, 0.16), 0u);
    EXPECT_EQ(smallest_resolved_radius_sq(0.16, 0.16), 1u);
    EXPECT_EQ(smallest_resolved_radius_sq(0.32, 0.16), 1u);
    EXPECT_EQ(smallest_resolved_radius_sq(0.48, 0.16), 3u) << "1.5^2 = 2.25";
}

TEST(resolution_limit, whole_voxels_are_exact_for_any_voxel_size) {
    for (const double voxel_size_um : {0.16, 0.025, 0.65, 1.3, 0.390625, 117.9})
        for (std::uint32_t radius = 1; radius < 200; ++radius)
            EXPECT_EQ(smallest_resolved_radius_sq(2.0 * radius * voxel_size_um, voxel_size_um), radius * radius);
}

}  // namespace
}  // namespace tomosweep::resolution_limit_test
