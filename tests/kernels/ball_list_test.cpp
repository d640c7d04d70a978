#include "tomosweep/kernels/ball_list.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tomosweep::ball_list_test {
namespace {

/// Radii of one to five bytes, parts where they are kept, centres beside each other and many rows apart.
std::vector<ball> random_balls(const box3& box, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<ball> balls;
    for (index_t z = box.lo.z; z < box.hi.z; ++z) {
        const auto sparse = std::uint64_t{1} << (z - box.lo.z);
        for (index_t y = box.lo.y; y < box.hi.y; ++y)
            for (index_t x = box.lo.x; x < box.hi.x; ++x)
                if (random() % sparse == 0) {
                    const auto radius_sq = std::max<distance_sq_t>(1, unbounded_sq >> random() % 32);
                    const auto part = radius_sq < least_parted_sq ? 0 : static_cast<std::uint32_t>(random() % 15625);
                    balls.push_back({static_cast<std::int32_t>(z), static_cast<std::int32_t>(y),
                                     static_cast<std::int32_t>(x), radius_sq, part});
                }
    }
    return balls;
}

ball_list packed(const std::vector<ball>& balls, const box3& box) {
    ball_list list(box);
    for (const ball& one : balls)
        list.layer(one.z).add((one.y - box.lo.y) * box.extent().x + one.x - box.lo.x, one.radius_sq,
                              static_cast<part_code>(one.part));
    return list;
}

TEST(ball_list, gives_back_what_was_added_in_order) {
    for (const box3& box : {box3{{5, 6, 7}, {17, 66, 79}}, box3{{0, 0, 0}, {12, 500, 1}}, box3{{3, 0, 0}, {4, 1, 1}}}) {
        const std::uint64_t seed = 20;
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto balls = random_balls(box, seed);
        EXPECT_EQ(packed(balls, box).unpacked(), balls);
    }
}

TEST(ball_list, visits_only_the_layers_asked_for) {
    const box3 box{{5, 6, 7}, {17, 66, 79}};
    const auto balls = random_balls(box, 21);
    const ball_list list = packed(balls, box);
    for (const auto& [lo, hi] : {std::pair<index_t, index_t>{-9, 7}, {7, 8}, {8, 99}, {17, 30}, {-3, 5}}) {
        std::vector<ball> visited, expected;
        list.for_each(lo, hi, [&](const ball& one) { visited.push_back(one); });
        for (const ball& one : balls)
            if (one.z >= lo && one.z < hi)
                expected.push_back(one);
        EXPECT_EQ(visited, expected);
    }
}

TEST(ball_list, without_another_has_what_is_new_or_of_another_radius) {
    const box3 box{{5, 6, 7}, {17, 66, 79}};
    const auto balls = random_balls(box, 22);
    std::vector<ball> known, expected;
    std::mt19937_64 random(23);
    for (const ball& one : balls)
        switch (random() % 3) {
            case 0: known.push_back(one); break;
            case 1:
                known.push_back(one);
                known.back().radius_sq = one.radius_sq == 1 ? 2 : one.radius_sq - 1;
                known.back().part = 0;
                expected.push_back(one);
                break;
            default: expected.push_back(one);
        }
    EXPECT_EQ(packed(balls, box).without(packed(known, box)).unpacked(), expected);
    EXPECT_TRUE(packed(balls, box).without(packed(balls, box)).unpacked().empty());
    EXPECT_EQ(packed(balls, box).without(ball_list(box)).unpacked(), balls);
    EXPECT_TRUE(ball_list(box).without(packed(balls, box)).unpacked().empty());
}

TEST(ball_list, of_an_empty_box_is_empty) {
    EXPECT_TRUE(ball_list().unpacked().empty());
    EXPECT_TRUE(ball_list(box3{{2, 5, 0}, {9, 5, 7}}).unpacked().empty());
}

}  // namespace
}  // namespace tomosweep::ball_list_test
