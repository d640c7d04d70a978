#include "tomosweep/descriptors/islets.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tomosweep::islets_test {
namespace {

TEST(islets, means_are_over_area_and_leave_cut_pieces_out) {
    // Ten specks of one voxel, two pieces of 45, and 100 voxels in one piece that is cut.
    const islet_statistics found = islets_of({{1, 0, 10}, {45, 0, 2}, {100, 1, 1}});
    EXPECT_EQ(found.pieces, 12);
    EXPECT_DOUBLE_EQ(found.mean_area, (10 * 1.0 + 2 * 45.0 * 45.0) / 100);
    EXPECT_EQ(found.median_area, 45);
    EXPECT_DOUBLE_EQ(found.mean_diameter, (10 * std::sqrt(4 / M_PI) + 90 * std::sqrt(4 * 45 / M_PI)) / 100);
    EXPECT_DOUBLE_EQ(found.cut_share, 0.5);
}

TEST(islets, are_unknown_where_all_solid_is_cut_or_absent) {
    const islet_statistics cut = islets_of({{64, 1, 3}}), none = islets_of({});
    EXPECT_EQ(cut.pieces, 0);
    EXPECT_EQ(cut.cut_share, 1);
    EXPECT_TRUE(std::isnan(cut.mean_area) && std::isnan(cut.median_area) && std::isnan(cut.mean_diameter));
    EXPECT_TRUE(std::isnan(none.cut_share) && std::isnan(none.mean_area));
}

TEST(islets, widths_leave_out_what_no_crack_bounds_and_say_how_much_it_is) {
    const islet_width_statistics found = islet_widths_of({{4, 0, 3}, {16, 0, 1}, {unbounded_sq, 0, 12}});
    EXPECT_DOUBLE_EQ(found.mean, (3 * 4.0 + 8.0) / 4);
    EXPECT_EQ(found.median, 4);
    EXPECT_EQ(found.unbounded_share, 0.75);
    const islet_width_statistics none = islet_widths_of({}), endless = islet_widths_of({{unbounded_sq, 0, 12}});
    EXPECT_TRUE(std::isnan(none.mean) && std::isnan(none.unbounded_share));
    EXPECT_TRUE(std::isnan(endless.mean) && std::isnan(endless.median));
    EXPECT_EQ(endless.unbounded_share, 1);
}

}  // namespace
}  // namespace tomosweep::islets_test
