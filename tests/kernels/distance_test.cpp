#include "tomosweep/kernels/distance.hpp"

#include <gtest/gtest.h>

#include "oracle/distance.hpp"
#include "support/phase_volumes.hpp"

namespace tomosweep::distance_test {
namespace {

std::vector<distance_sq_t> values(const array3<distance_sq_t>& distance) {
    return {distance.values().begin(), distance.values().end()};
}

array3<distance_sq_t> copied(view3<const distance_sq_t> from) {
    array3<distance_sq_t> to(from.extent());
    copy(from, to.view());
    return to;
}

TEST(distance, equals_the_nearest_of_all_background_voxels) {
    for (const support::named_volume& volume : support::small_volumes())
        for (const int phase : {0, 1})
            EXPECT_EQ(values(squared_distance(volume.classes.view(), phase)),
                      values(oracle::squared_distance(volume.classes.view(), phase)))
                << volume.name << ", phase " << phase;
}

TEST(distance, is_exact_beyond_the_reach_of_the_direct_minimum) {
    for (const extent3& extent : {extent3{1, 400, 20}, extent3{400, 2, 17}, extent3{3, 3, 700}, extent3{150, 150, 3}}) {
        const index3 at{extent.z / 7, extent.y - 1, 1};
        const auto volume = support::one_background_voxel(extent, at);
        const auto distance = squared_distance(volume.classes.view(), 0);
        oracle::for_each_voxel(extent, [&](const index3& voxel) {
            ASSERT_EQ(distance(voxel.z, voxel.y, voxel.x), oracle::distance_sq(voxel, at));
        });
    }
}

TEST(distance, lines_of_70000_voxels_are_exact_as_far_as_32_bits_hold_the_square) {
    for (const extent3& extent : {extent3{2, 2, 70000}, extent3{2, 70000, 2}, extent3{70000, 2, 2}}) {
        const auto volume = support::one_background_voxel(extent, {0, 0, 0});
        const auto distance = squared_distance(volume.classes.view(), 0);
        index_t wrong = 0;
        oracle::for_each_voxel(extent, [&](const index3& voxel) {
            const index_t exact = voxel.z * voxel.z + voxel.y * voxel.y + voxel.x * voxel.x;
            wrong += distance(voxel.z, voxel.y, voxel.x) != std::min(exact, index_t{too_far_sq<distance_sq_t>});
        });
        EXPECT_EQ(wrong, 0) << extent.z << " x " << extent.y << " x " << extent.x;
    }
}

TEST(distance, far_and_near_background_mix_exactly) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const auto volume = support::noise({2, 420, 21}, 0.9985, 0.001, seed);
        EXPECT_EQ(values(squared_distance(volume.classes.view(), 1)),
                  values(oracle::squared_distance(volume.classes.view(), 1)))
            << volume.name;
    }
}

TEST(distance, is_unbounded_without_background) {
    const auto volume = support::noise({5, 6, 7}, 0.7, 0.3, 4);
    const auto distance = squared_distance(volume.classes.view(), 1);
    oracle::for_each_voxel(volume.classes.extent(), [&](const index3& at) {
        const bool in_phase = volume.classes(at.z, at.y, at.x) <= 1;
        EXPECT_EQ(distance(at.z, at.y, at.x), in_phase ? unbounded_sq : 0);
    });
}

TEST(distance, row_backgrounds_are_the_first_and_last_of_each_row) {
    const auto volume = support::noise({4, 5, 131}, 0.97, 0.015, 6);
    const auto spans = row_backgrounds(volume.classes.view(), 1);
    ASSERT_EQ(spans.size(), 20U);
    for (index_t row = 0; row < 20; ++row) {
        background_span expected;
        for (index_t x = 0; x < 131; ++x)
            if (oracle::is_background(volume.classes(row / 5, row % 5, x), 1)) {
                expected.first = expected.first == no_background ? x : expected.first;
                expected.last = x;
            }
        EXPECT_EQ(spans[static_cast<std::size_t>(row)], expected) << "row " << row;
    }
}

/// Carries of a block with x in [lo, hi) from the rows of the whole volume.
std::vector<row_carry> carries_of(view3<const class_t> classes, index_t lo, index_t hi) {
    std::vector<row_carry> carries;
    for (index_t z = 0; z < classes.extent().z; ++z)
        for (index_t y = 0; y < classes.extent().y; ++y) {
            row_carry carry;
            for (index_t x = 0; x < lo; ++x)
                if (oracle::is_background(classes(z, y, x), 0))
                    carry.before = lo - x;
            for (index_t x = classes.extent().x - 1; x >= hi; --x)
                if (oracle::is_background(classes(z, y, x), 0))
                    carry.behind = x - (hi - 1);
            carries.push_back(carry);
        }
    return carries;
}

TEST(distance, blocks_with_carries_equal_the_whole_along_x) {
    const auto volume = support::noise({3, 7, 200}, 0.97, 0, 7);
    const auto all = volume.classes.view();
    array3<distance_sq_t> expected(all.extent());
    distance_along_x(all, 0, {}, expected.view());
    for (const auto& [lo, hi] : {std::pair<index_t, index_t>{0, 1}, {1, 66}, {66, 130}, {130, 200}}) {
        const box3 part{{0, 0, lo}, {3, 7, hi}};
        array3<distance_sq_t> block(part.extent());
        distance_along_x(all.part(part), 0, carries_of(all, lo, hi), block.view());
        EXPECT_EQ(values(block), values(copied(view3<const distance_sq_t>(expected.view()).part(part))));
    }
}

TEST(distance, blocks_with_halo_equal_the_whole_along_y_and_z) {
    const auto volume = support::blobs({23, 25, 33}, 30, 6, 8);
    array3<distance_sq_t> along_x(volume.classes.extent());
    distance_along_x(volume.classes.view(), 0, {}, along_x.view());
    for (const axis direction : {axis::y, axis::z}) {
        array3<distance_sq_t> expected(along_x.extent());
        extend_distance(direction, along_x.view(), 0, expected.view());
        box3 part = whole(along_x.extent());
        along(part.lo, direction) = 9;
        along(part.hi, direction) = 14;
        array3<distance_sq_t> block(part.extent());
        extend_distance(direction, along_x.view(), 9, block.view());
        const auto wanted = values(copied(view3<const distance_sq_t>(expected.view()).part(part)));
        EXPECT_EQ(values(block), wanted);
        array3<distance_sq_t> in_place = copied(along_x.view());
        extend_distance(direction, in_place.view(), 9, in_place.view().part(part));
        EXPECT_EQ(values(copied(view3<const distance_sq_t>(in_place.view()).part(part))), wanted);
    }
}

/// Distances up to and beyond 255 voxels along each axis: 65534 is the last value that the short type holds.
TEST(distance, short_distances_are_exact_or_too_far) {
    for (const extent3& extent : {extent3{2, 3, 400}, extent3{2, 400, 3}, extent3{400, 3, 2}, extent3{160, 170, 150}}) {
        const auto volume = support::one_background_voxel(extent, {extent.z / 100, 1, extent.x / 100});
        const auto exact = squared_distance(volume.classes.view(), 0);
        const auto narrow = squared_distance<short_distance_sq_t>(volume.classes.view(), 0);
        ASSERT_GT(max_distance_sq(exact.view()), too_far_sq<short_distance_sq_t>);
        index_t far = 0;
        for (index_t i = 0; i < exact.voxels(); ++i) {
            const distance_sq_t held = std::min<distance_sq_t>(exact.data()[i], too_far_sq<short_distance_sq_t>);
            ASSERT_EQ(narrow.data()[i], held) << "voxel " << i;
            far += held == too_far_sq<short_distance_sq_t> ? 1 : 0;
        }
        EXPECT_EQ(max_distance_sq(narrow.view()), far > 0 ? too_far_sq<short_distance_sq_t> : 0);
    }
}

TEST(distance, largest_distance_is_found) {
    const auto volume = support::one_background_voxel({4, 5, 66}, {0, 0, 0});
    EXPECT_EQ(max_distance_sq(squared_distance(volume.classes.view(), 0).view()), 9U + 16U + 65U * 65U);
    EXPECT_EQ(max_distance_sq(array3<distance_sq_t>().view()), 0U);
}

}  // namespace
}  // namespace tomosweep::distance_test
