#include "tomosweep/grid/joining_order.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

namespace tomosweep::joining_order_test {
namespace {

using action = joining_role::action;
using keeper = joining_order::keeper;

const extent3 volume{64, 50, 37};

std::vector<extent3> grids() {
    return {{1, 1, 1}, {2, 1, 1}, {1, 3, 1}, {5, 1, 1}, {1, 7, 2}, {3, 3, 3}, {10, 1, 4}, {2, 11, 5}, {8, 4, 2}};
}

int rounds_along(index_t ranks) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(ranks) - 1));
}

bool share_a_face(const box3& a, const box3& b) {
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        box3 beside = b;
        along(beside.lo, direction) = along(a.lo, direction);
        along(beside.hi, direction) = along(a.hi, direction);
        if (beside == a &&
            (along(a.hi, direction) == along(b.lo, direction) || along(b.hi, direction) == along(a.lo, direction)))
            return true;
    }
    return false;
}

/// Plays all rounds by what each rank is told, and checks each against what the ranks then hold.
void expect_one_box(const decomposition& blocks, keeper who) {
    const joining_order order(blocks, who);
    const extent3 ranks = blocks.ranks_per_axis();
    EXPECT_EQ(order.rounds(), rounds_along(ranks.z) + rounds_along(ranks.y) + rounds_along(ranks.x));
    std::vector<box3> held;
    for (int rank = 0; rank < blocks.ranks(); ++rank)
        held.push_back(blocks.box(rank));
    for (int round = 0; round < order.rounds(); ++round) {
        for (int rank = 0; rank < blocks.ranks(); ++rank)
            ASSERT_EQ(order.held(round, rank), held[static_cast<std::size_t>(rank)]) << rank << " in round " << round;
        for (int rank = 0; rank < blocks.ranks(); ++rank) {
            const joining_role role = order.role(round, rank);
            if (role.what != action::send)
                continue;
            const joining_role theirs = order.role(round, role.partner);
            ASSERT_EQ(theirs.what, action::receive);
            ASSERT_EQ(theirs.partner, rank);
            box3& mine = held[static_cast<std::size_t>(rank)];
            box3& joined = held[static_cast<std::size_t>(role.partner)];
            ASSERT_TRUE(share_a_face(mine, joined));
            joined = {
                {std::min(joined.lo.z, mine.lo.z), std::min(joined.lo.y, mine.lo.y), std::min(joined.lo.x, mine.lo.x)},
                {std::max(joined.hi.z, mine.hi.z), std::max(joined.hi.y, mine.hi.y), std::max(joined.hi.x, mine.hi.x)}};
            mine = {};
        }
    }
    EXPECT_EQ(held[static_cast<std::size_t>(who == keeper::lowest ? 0 : blocks.ranks() - 1)], whole(volume));
}

TEST(joining_order, leaves_the_whole_volume_with_the_first_or_the_last_rank) {
    for (const extent3& grid : grids())
        for (const keeper who : {keeper::lowest, keeper::highest}) {
            SCOPED_TRACE(testing::Message() << grid.z << " x " << grid.y << " x " << grid.x);
            expect_one_box({volume, grid}, who);
        }
}

TEST(joining_order, worked_example_of_the_header_holds) {
    const decomposition blocks({50, 4, 4}, {5, 1, 1});
    const joining_order order(blocks, keeper::lowest);
    const auto receivers = [&](int round) {
        std::vector<int> found;
        for (int rank = 0; rank < 5; ++rank)
            if (order.role(round, rank).what == action::receive)
                found.push_back(rank);
        return found;
    };
    EXPECT_EQ(receivers(0), std::vector{3});
    EXPECT_EQ(receivers(1), (std::vector{0, 2}));
    EXPECT_EQ(receivers(2), std::vector{0});
}

TEST(joining_order, from_opposite_ends_nobody_takes_in_both_when_halves_are_equal) {
    const decomposition blocks(volume, {4, 8, 2});
    const joining_order low(blocks, keeper::lowest), high(blocks, keeper::highest);
    for (int round = 0; round < low.rounds(); ++round)
        for (int rank = 0; rank < blocks.ranks(); ++rank)
            EXPECT_FALSE(low.role(round, rank).what == action::receive &&
                         high.role(round, rank).what == action::receive)
                << rank << " in round " << round;
}

TEST(joining_order, the_last_join_is_of_two_halves_whatever_the_number_of_ranks) {
    for (const index_t ranks : {2, 3, 5, 10, 17, 1000}) {
        const decomposition blocks({100000, 2, 2}, {ranks, 1, 1});
        const joining_order order(blocks, keeper::lowest);
        const index_t first_half = order.held(order.rounds() - 1, 0).extent().z;
        EXPECT_EQ(first_half, blocks.box(static_cast<int>(ranks / 2)).lo.z) << ranks << " ranks";
    }
}

}  // namespace
}  // namespace tomosweep::joining_order_test
