#include "tomosweep/descriptors/width.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tomosweep::width_test {
namespace {

const thickness_table table{{1, 0, 3}, {1, 1, 1}, {4, 0, 2}, {9, 1, 4}};

TEST(width, mean_and_median_count_every_voxel) {
    const width_statistics all = width_of(table, 0);
    EXPECT_DOUBLE_EQ(all.mean, (4 * 2.0 + 2 * 4.0 + 4 * 6.0) / 10);
    EXPECT_DOUBLE_EQ(all.median, 4.0);
}

TEST(width, median_of_an_even_number_is_the_mean_of_the_middle_two) {
    EXPECT_DOUBLE_EQ(width_of(thickness_table{{1, 0, 2}, {4, 0, 2}}, 0).median, 3.0);
}

TEST(width, resolution_limit_removes_the_thinner_voxels) {
    const width_statistics kept = width_of(table, 2);
    EXPECT_DOUBLE_EQ(kept.mean, (2 * 4.0 + 4 * 6.0) / 6);
    EXPECT_DOUBLE_EQ(kept.median, 6.0);
}

TEST(width, counts_beyond_2_to_the_32_weigh_as_small_ones) {
    thickness_table large = table;
    for (thickness_count& each : large)
        each.voxels <<= 40;
    EXPECT_EQ(width_of(large, 0).mean, width_of(table, 0).mean);
    EXPECT_EQ(width_of(large, 0).median, width_of(table, 0).median);
    EXPECT_EQ(width_histogram(large, 2, 3),
              (std::vector<std::int64_t>{0, std::int64_t{4} << 40, std::int64_t{6} << 40}));
}

TEST(width, empty_phase_has_no_width_and_a_phase_without_background_an_infinite_one) {
    EXPECT_TRUE(std::isnan(width_of({}, 0).mean));
    EXPECT_TRUE(std::isnan(width_of(table, 10).median));
    EXPECT_TRUE(std::isinf(width_of(thickness_table{{unbounded_sq, 0, 5}}, 100).mean));
    EXPECT_TRUE(std::isinf(width_of(thickness_table{{unbounded_sq, 0, 5}}, 100).median));
}

TEST(width, depth_bins_share_the_table_out) {
    const auto bins = by_depth(table, 3);
    EXPECT_EQ(bins[0], (thickness_table{{1, 0, 3}, {4, 0, 2}}));
    EXPECT_EQ(bins[1], (thickness_table{{1, 1, 1}, {9, 1, 4}}));
    EXPECT_TRUE(bins[2].empty());
}

TEST(width, histogram_keeps_every_voxel_and_its_last_class_is_open) {
    EXPECT_EQ(width_histogram(table, 2.0, 3), (std::vector<std::int64_t>{0, 4, 6}));
    EXPECT_EQ(width_histogram(thickness_table{{unbounded_sq, 0, 5}}, 1.0, 4), (std::vector<std::int64_t>{0, 0, 0, 5}));
}

}  // namespace
}  // namespace tomosweep::width_test
