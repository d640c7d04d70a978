#include "tomosweep/kernels/interface_columns.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tomosweep::interface_columns_test {
namespace {

constexpr interface_levels levels{200, 100, false, 1};

struct column_heights {
    float collector, separator;
};

/// One column of these greys, from the first layer on.
column_heights heights_of(const std::vector<int>& greys, interface_levels by = levels,
                          const std::vector<int>& mask = {}) {
    const extent3 extent{static_cast<index_t>(greys.size()), 1, 1};
    array3<std::int16_t> grey(extent);
    std::ranges::copy(greys, grey.data());
    array3<std::uint8_t> kept(mask.empty() ? extent3{} : extent);
    std::ranges::copy(mask, kept.data());
    array3<float> heights({2, 1, 1});
    find_columns(grey_volume(std::move(grey)), kept.voxels() > 0 ? kept.view() : view3<const std::uint8_t>(), by,
                 heights.view());
    return {heights(0, 0, 0), heights(1, 0, 0)};
}

TEST(interface_columns, interfaces_lie_where_the_grey_crosses_the_level) {
    const auto [collector, separator] = heights_of({240, 240, 160, 150, 150, 120, 40, 40});
    EXPECT_FLOAT_EQ(collector, 2);      // halfway from 240 at 1.5 to 160 at 2.5
    EXPECT_FLOAT_EQ(separator, 5.75F);  // a quarter of the way from 120 at 5.5 to 40 at 6.5
}

TEST(interface_columns, collector_at_the_other_end_mirrors_the_heights) {
    interface_levels last = levels;
    last.collector_last = true;
    const auto [collector, separator] = heights_of({40, 40, 120, 150, 150, 160, 240, 240}, last);
    EXPECT_FLOAT_EQ(collector, 8 - 2);
    EXPECT_FLOAT_EQ(separator, 8 - 5.75F);
}

TEST(interface_columns, collector_below_a_crack_is_marked) {
    EXPECT_FLOAT_EQ(heights_of({240, 240, 160, 40, 150, 150, 150, 40}).collector, -2);
    EXPECT_FLOAT_EQ(heights_of({240, 240, 160, 150, 40, 150, 150, 40}).collector, 2);
}

TEST(interface_columns, fibres_beyond_a_gap_and_pores_below_solid_move_nothing) {
    EXPECT_FLOAT_EQ(heights_of({240, 150, 150, 150, 50, 50, 50, 250, 250, 50}).separator, 4);
    EXPECT_FLOAT_EQ(heights_of({240, 150, 50, 50, 150, 150, 150, 50, 50, 50}).separator, 7);
    EXPECT_FLOAT_EQ(heights_of({240, 160, 240, 240, 160, 150, 250, 50}).collector, 4) << "a hole in the collector";
}

TEST(interface_columns, nothing_or_everything_bright_has_no_interface) {
    EXPECT_TRUE(std::isnan(heights_of({50, 50, 50}).collector));
    EXPECT_TRUE(std::isnan(heights_of({50, 50, 50}).separator));
    EXPECT_TRUE(std::isnan(heights_of({250, 250, 250}).collector));
    EXPECT_TRUE(std::isnan(heights_of({250, 150, 150}).separator));
}

TEST(interface_columns, what_noise_may_do_is_no_interface) {
    interface_levels strict = levels;
    strict.least_layers = 3;
    const std::vector<int> thin{240, 240, 150, 150, 150, 150, 50, 50}, thick{240, 240, 240, 150, 150, 150, 50, 50, 50};
    EXPECT_TRUE(std::isnan(heights_of(thin, strict).collector)) << "two layers of collector";
    EXPECT_TRUE(std::isnan(heights_of(thin, strict).separator)) << "two layers of separator";
    EXPECT_FALSE(std::isnan(heights_of(thick, strict).collector) || std::isnan(heights_of(thick, strict).separator));
    const std::vector<int> spotted{240, 150, 240, 240, 150, 240, 240, 150, 150, 150, 150, 150};
    EXPECT_TRUE(std::isnan(heights_of(spotted).collector)) << "five of seven are less than three quarters";
}

TEST(interface_columns, voxels_outside_the_region_do_not_count) {
    EXPECT_FLOAT_EQ(heights_of({40, 40, 240, 160, 150, 50}, levels, {0, 0, 1, 1, 1, 1}).collector, 3);
    EXPECT_EQ(heights_of({240, 160, 150, 50}, levels, {0, 0, 0, 0}).collector, outside_region);
    EXPECT_TRUE(std::isnan(heights_of({240, 160, 150, 50}, levels, {1, 1, 1, 0}).separator))
        << "the voxel behind the interface is unknown";
}

}  // namespace
}  // namespace tomosweep::interface_columns_test
