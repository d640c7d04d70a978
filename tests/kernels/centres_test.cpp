#include "tomosweep/kernels/centres.hpp"

#include <gtest/gtest.h>

#include "oracle/thickness.hpp"
#include "support/phase_volumes.hpp"
#include "tomosweep/kernels/distance.hpp"

namespace tomosweep::centres_test {
namespace {

bool contains(const index3& step, index_t larger_sq, index_t radius_sq) {
    for (index_t z = -8; z <= 8; ++z)
        for (index_t y = -8; y <= 8; ++y)
            for (index_t x = -8; x <= 8; ++x)
                if (z * z + y * y + x * x < radius_sq && oracle::distance_sq({z, y, x}, step) >= larger_sq)
                    return false;
    return true;
}

TEST(centres, tables_hold_the_smallest_containing_radius) {
    const containment_tables tables(50);
    ASSERT_EQ(tables.covered(), 50U);
    for (distance_sq_t radius_sq = 1; radius_sq <= 50; ++radius_sq)
        for (std::size_t step = 0; step < containment_steps.size(); ++step) {
            const index_t larger = tables.containing(radius_sq, step);
            EXPECT_TRUE(contains(containment_steps[step], larger, radius_sq)) << radius_sq << " step " << step;
            EXPECT_FALSE(contains(containment_steps[step], larger - 1, radius_sq)) << radius_sq << " step " << step;
        }
}

/// Thickness from the parts of the kept balls alone, and 1 where there are none.
array3<distance_sq_t> covered_by(const std::vector<ball>& balls, view3<const class_t> classes, int phase) {
    array3<distance_sq_t> thickness(classes.extent(), 0);
    oracle::for_each_voxel(classes.extent(), [&](const index3& at) {
        if (classes[at] <= phase)
            thickness(at.z, at.y, at.x) = 1;
    });
    for (const ball& one : balls) {
        const index3 centre{one.z, one.y, one.x};
        const bool endless = one.radius_sq == unbounded_sq;
        const box3 part = endless ? box3{} : box_of_part(static_cast<part_code>(one.part), one.radius_sq);
        oracle::for_each_voxel(classes.extent(), [&](const index3& at) {
            const bool inside = endless || (part.contains(at - centre) &&
                                            oracle::distance_sq(at, centre) < static_cast<index_t>(one.radius_sq));
            distance_sq_t& value = thickness(at.z, at.y, at.x);
            if (inside && classes[at] <= phase)
                value = std::max(value, one.radius_sq);
        });
    }
    return thickness;
}

std::vector<distance_sq_t> values(const array3<distance_sq_t>& map) {
    return {map.values().begin(), map.values().end()};
}

TEST(centres, kept_balls_cover_what_all_balls_cover) {
    for (const support::named_volume& volume : support::small_volumes()) {
        const auto distance = oracle::squared_distance(volume.classes.view(), 1);
        const box3 box = whole(distance.extent());
        for (const distance_sq_t table_size : {distance_sq_t{1000}, distance_sq_t{2}}) {
            const auto balls = find_centres(distance.view(), box, box, table_size).unpacked();
            EXPECT_EQ(values(covered_by(balls, volume.classes.view(), 1)),
                      values(oracle::local_thickness(volume.classes.view(), 1)))
                << volume.name;
        }
    }
}

TEST(centres, a_part_holds_every_offset_on_its_sides) {
    for (const distance_sq_t radius_sq : {9U, 10U, 37U, 150U})
        for (index_t least_z = 0; least_z <= 3; ++least_z)
            for (index_t least_y = 0; least_y * least_y + least_z * least_z < index_t{radius_sq}; ++least_y)
                for (const int sign : {-1, 0, 1}) {
                    const index_t reach = whole_root(index_t{radius_sq} - 1);
                    const std::array<part_side, 3> sides = {{{1, least_z}, {-1, least_y}, {sign, 0}}};
                    const box3 part = box_of_part(code_of_part(sides, reach), radius_sq);
                    for (index_t z = least_z; z <= reach; ++z)
                        for (index_t y = -reach; y <= -least_y; ++y)
                            for (index_t x = sign > 0 ? 0 : -reach; x <= (sign < 0 ? 0 : reach); ++x) {
                                const bool in_ball = z * z + y * y + x * x < index_t{radius_sq};
                                EXPECT_TRUE(!in_ball || part.contains({z, y, x}))
                                    << radius_sq << ": " << z << " " << y << " " << x;
                            }
                    EXPECT_GE(part.lo.z, 0);
                    EXPECT_LE(part.hi.y, 1);
                }
    EXPECT_EQ(box_of_part(0, 10), (box3{{-3, -3, -3}, {4, 4, 4}}));
}

TEST(centres, balls_of_one_voxel_are_not_listed) {
    const auto volume = support::noise({9, 17, 130}, 0.6, 0.05, 31);
    const auto distance = oracle::squared_distance(volume.classes.view(), 1);
    const box3 box = whole(distance.extent());
    for (const ball& one : find_centres(distance.view(), box, box, 100).unpacked())
        EXPECT_GT(one.radius_sq, 1U);
}

TEST(centres, an_odd_slab_keeps_only_its_middle_layer) {
    array3<class_t> classes({9, 8, 70}, class_background);
    std::fill_n(classes.view().row(2, 0), 5 * 8 * 70, class_t{0});
    const auto distance = oracle::squared_distance(classes.view(), 0);
    const box3 box = whole(distance.extent());
    std::vector<ball> middle;
    for (std::int32_t y = 0; y < 8; ++y)
        for (std::int32_t x = 0; x < 70; ++x)
            // Of equal balls the first one is painted whole, the others away from it.
            middle.push_back({4, y, x, 9, code_of_part({{{}, {y > 0 ? 1 : 0, 0}, {x > 0 ? 1 : 0, 0}}}, 2)});
    EXPECT_EQ(find_centres(distance.view(), box, box, 9).unpacked(), middle);
}

TEST(centres, an_unbounded_block_has_one_ball) {
    const auto volume = support::filled({3, 4, 5}, 0);
    const auto distance = oracle::squared_distance(volume.classes.view(), 0);
    const box3 box{{1, 1, 1}, {4, 5, 6}};
    EXPECT_EQ(find_centres(distance.view(), box, box, unbounded_sq).unpacked(),
              std::vector<ball>({{1, 1, 1, unbounded_sq}}));
}

TEST(centres, balls_inside_balls_of_farther_voxels_are_dropped_exactly) {
    // A slanted slab: its normal points along none of the 26 neighbours.
    array3<class_t> classes({30, 30, 8}, class_background);
    oracle::for_each_voxel(classes.extent(), [&](const index3& at) {
        const index_t level = 2 * (at.z - 15) + (at.y - 15);
        if (level * level < 19 * 19 * 5 / 4)
            classes(at.z, at.y, at.x) = 0;
    });
    const auto distance = squared_distance(classes.view(), 0);
    const box3 box = whole(distance.extent());
    ASSERT_GE(max_distance_sq(distance.view()), 81U);
    const auto balls = find_centres(distance.view(), box, box, 1000).unpacked();
    EXPECT_EQ(values(covered_by(balls, classes.view(), 0)), values(oracle::local_thickness(classes.view(), 0)));
}

TEST(centres, blocks_with_halo_list_the_centres_of_the_whole) {
    const auto volume = support::blobs({24, 25, 70}, 12, 12, 11);
    const auto distance = oracle::squared_distance(volume.classes.view(), 0);
    const box3 box = whole(distance.extent());
    const auto all = find_centres(distance.view(), box, box, 400).unpacked();
    for (const box3& interior : {box3{{0, 0, 0}, {7, 25, 70}}, box3{{7, 4, 30}, {24, 19, 66}}}) {
        const box3 seen = grown(interior, {3, 3, 3}, box);
        std::vector<ball> expected;
        for (const ball& one : all)
            if (interior.contains({one.z, one.y, one.x}))
                expected.push_back(one);
        EXPECT_FALSE(expected.empty());
        EXPECT_EQ(find_centres(view3<const distance_sq_t>(distance.view()).part(seen), seen, interior, 400).unpacked(),
                  expected);
    }
}

}  // namespace
}  // namespace tomosweep::centres_test
