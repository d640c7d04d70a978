#include "tomosweep/kernels/region.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
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

}  // namespace
}  // namespace tomosweep
