#include "tomosweep/kernels/region.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tomosweep/core/error.hpp"

namespace tomosweep::region_test {
namespace {

std::int64_t inside(const array3<std::uint8_t>& mask) {
    return std::ranges::count(mask.values(), 1);
}

TEST(cylinder_mask, keeps_voxels_whose_centre_is_within_the_radius) {
    // Centres at distances sqrt(0.5), sqrt(2.5) and sqrt(4.5) from the middle of 4 x 4 voxels.
    for (const auto& [radius, expected] : {std::pair{0.7, 0}, {0.75, 4}, {1.6, 12}, {2.2, 16}}) {
        array3<std::uint8_t> mask({3, 4, 4});
        fill_region_mask(mask.view(), {0, 0, 0}, {axis::z, {2, 2}, radius});
        EXPECT_EQ(inside(mask), 3 * expected) << "radius " << radius;
    }
}

TEST(cylinder_mask, lies_along_its_axis) {
    const extent3 shape{5, 6, 7};
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        array3<std::uint8_t> mask(shape);
        const cylinder shape_of{direction, {1.5, 3.5}, 1.2};
        fill_region_mask(mask.view(), {0, 0, 0}, shape_of);
        EXPECT_EQ(inside(mask), 5 * along(shape, direction));
        // Along y the coordinates are (z, x): the middle of the cross section is voxel (1, 3) of them.
        const index3 middle = direction == axis::z   ? index3{4, 1, 3}
                              : direction == axis::y ? index3{1, 5, 3}
                                                     : index3{1, 3, 6};
        EXPECT_EQ(mask.view()[middle], 1);
    }
}

TEST(cylinder_mask, of_a_part_equals_that_part_of_the_whole) {
    const cylinder shape{axis::y, {4.2, 5.1}, 3.3};
    array3<std::uint8_t> all({9, 8, 10});
    fill_region_mask(all.view(), {0, 0, 0}, shape);
    array3<std::uint8_t> part({4, 3, 5});
    fill_region_mask(part.view(), {3, 2, 4}, shape);
    for (index_t z = 0; z < 4; ++z)
        for (index_t y = 0; y < 3; ++y)
            for (index_t x = 0; x < 5; ++x)
                ASSERT_EQ(part(z, y, x), all(z + 3, y + 2, x + 4));
}

TEST(cylinder_mask, is_combined_with_another_mask) {
    array3<std::uint8_t> mask({1, 4, 4});
    array3<std::uint8_t> also({1, 4, 4}, 0);
    also(0, 1, 1) = 7;
    also(0, 0, 0) = 7;  // outside the cylinder
    fill_region_mask(mask.view(), {0, 0, 0}, {axis::z, {2, 2}, 1.6}, also.view());
    EXPECT_EQ(inside(mask), 1);
    EXPECT_EQ(mask(0, 1, 1), 1);
    array3<std::uint8_t> other({1, 4, 3}, 1);
    EXPECT_THROW(fill_region_mask(mask.view(), {0, 0, 0}, {}, other.view()), internal_error);
}

height_map tilted(double height, double slope) {
    height_map map{3, 4, 4, {}};
    for (index_t row = 0; row < 3; ++row)
        for (index_t column = 0; column < 4; ++column)
            map.heights.push_back(height + slope * map.middle(row) - slope / 2 * map.middle(column));
    return map;
}

TEST(layer_mask, keeps_voxels_whose_centre_lies_between_the_surfaces_and_their_margins) {
    const height_map lower = tilted(3, 0.2), upper = tilted(12, -0.1);
    const index3 origin{2, 1, 3};
    array3<std::uint8_t> mask({14, 9, 11}, 1);
    mask(6, 4, 5) = 0;
    keep_between(mask.view(), origin, {&lower, &upper, 1.25, -0.5});
    for (index_t z = 0; z < 14; ++z)
        for (index_t y = 0; y < 9; ++y)
            for (index_t x = 0; x < 11; ++x) {
                const double v = static_cast<double>(origin.y + y) + 0.5, u = static_cast<double>(origin.x + x) + 0.5;
                const double centre = static_cast<double>(origin.z + z) + 0.5;
                const double low = 3 + 0.2 * v - 0.1 * u + 1.25, high = 12 - 0.1 * v + 0.05 * u + 0.5;
                if (std::min(std::abs(centre - low), std::abs(centre - high)) < 1e-9)
                    continue;  // the surfaces round differently here
                const bool kept = centre > low && centre < high && !(z == 6 && y == 4 && x == 5);
                EXPECT_EQ(mask(z, y, x), kept ? 1 : 0) << z << " " << y << " " << x;
            }
}

TEST(depth_field, counts_equal_bins_from_one_surface_to_the_other) {
    const height_map lower{1, 1, 40, {4}}, upper{1, 1, 40, {14}};
    const depth_field rising = bins_between({{0, 0, 0}, {20, 2, 3}}, lower, upper, 5);
    const depth_field falling = bins_between({{0, 0, 0}, {20, 2, 3}}, upper, lower, 5);
    for (index_t z = 4; z < 14; ++z) {
        EXPECT_EQ(rising.bin(z, 1, 2), (z - 4) / 2);
        EXPECT_EQ(falling.bin(z, 1, 2), (13 - z) / 2);
    }
    EXPECT_EQ(rising.bin(0, 0, 0), 0) << "below the first surface";
    EXPECT_EQ(rising.bin(19, 0, 0), 4) << "above the second";
}

}  // namespace
}  // namespace tomosweep::region_test
