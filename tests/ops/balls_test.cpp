#include "tomosweep/ops/balls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "oracle/distance.hpp"
#include "support/phase_volumes.hpp"
#include "support/shared_volume.hpp"
#include "tomosweep/kernels/centres.hpp"

namespace tomosweep::balls_test {
namespace {

using support::named_volume;
using support::on_all_grids;
using support::part_of;

/// The centres that one block without neighbours has, from distances by the definition.
std::vector<ball> centres_inside(const array3<distance_sq_t>& distance, const box3& box) {
    const box3 all = whole(distance.extent());
    std::vector<ball> inside;
    for (const ball& one : find_centres(distance.view(), all, all, std::ranges::max(distance.values())).unpacked())
        if (box.contains({one.z, one.y, one.x}))
            inside.push_back(one);
    return inside;
}

void expect_centres(const communicator& ranks, const named_volume& volume, int phase, index_t layers) {
    SCOPED_TRACE(volume.name);
    const auto distance =
        support::made_once(ranks, [&] { return oracle::squared_distance(volume.classes.view(), phase); });
    const distance_sq_t largest = std::ranges::max(distance.values());
    on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
        const auto own = part_of(volume.classes, grid.own());
        const found_balls found = find_balls(grid, own.view(), phase, layers);
        EXPECT_EQ(found.max_distance_sq, largest);
        // One layer of distances around a slab shows fewer containers than the whole volume does.
        const auto balls = found.own.unpacked();
        for (const ball& one : balls)
            EXPECT_EQ(distance(one.z, one.y, one.x), one.radius_sq);
        if (largest == unbounded_sq)
            return;
        const auto before = [](const ball& a, const ball& b) {
            return std::tie(a.z, a.y, a.x) < std::tie(b.z, b.y, b.x);
        };
        EXPECT_TRUE(std::ranges::includes(balls, centres_inside(distance, grid.own()), before));
    });
}

TEST(find_balls, slabs_of_any_depth_yield_the_centres_of_the_whole_volume) {
    const auto ranks = communicator::world();
    index_t layers = 0;
    for (const named_volume& volume : support::shared_volumes())
        expect_centres(ranks, volume, 1, layers++ % 6);
}

TEST(find_balls, distances_reach_over_many_slabs) {
    const auto ranks = communicator::world();
    expect_centres(ranks, support::one_background_voxel({60, 3, 4}, {0, 0, 0}), 0, 7);
    expect_centres(ranks, support::one_background_voxel({300, 2, 1}, {299, 0, 0}), 0, 64);
}

}  // namespace
}  // namespace tomosweep::balls_test
