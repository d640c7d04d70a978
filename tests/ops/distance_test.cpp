#include "tomosweep/ops/distance.hpp"

#include <gtest/gtest.h>

#include "oracle/distance.hpp"
#include "support/phase_volumes.hpp"
#include "support/shared_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::distance_test {
namespace {

using support::expect_own_part;
using support::made_once;
using support::named_volume;
using support::on_all_grids;
using support::part_of;

void expect_exact(const communicator& ranks, const named_volume& volume, int phase) {
    SCOPED_TRACE(volume.name);
    const auto expected = made_once(ranks, [&] { return oracle::squared_distance(volume.classes.view(), phase); });
    on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
        const auto own = part_of(volume.classes, grid.own());
        const auto distance = squared_distance(grid, own.view(), phase);
        expect_own_part(grid, distance, expected);
        EXPECT_EQ(max_distance_sq(grid, distance.view()), std::ranges::max(expected.values()));
    });
}

TEST(squared_distance, equals_the_nearest_background_of_the_whole_volume) {
    const auto ranks = communicator::world();
    for (const named_volume& volume : support::shared_volumes())
        expect_exact(ranks, volume, 1);
}

TEST(squared_distance, reaches_over_many_blocks_to_a_single_background_voxel) {
    const auto ranks = communicator::world();
    for (const extent3& extent : {extent3{23, 5, 4}, extent3{4, 23, 5}, extent3{5, 4, 23}, extent3{3, 2, 5}})
        for (const index3& at : {index3{0, 0, 0}, extent - index3{1, 1, 1}})
            expect_exact(ranks, support::one_background_voxel(extent, at), 0);
}

TEST(squared_distance, fetches_again_when_the_first_layers_hold_no_background) {
    const auto ranks = communicator::world();
    for (const extent3& extent : {extent3{600, 2, 1}, extent3{1, 700, 2}})
        expect_exact(ranks, support::one_background_voxel(extent, {0, 1, 0}), 0);
}

TEST(squared_distance, is_the_same_in_slabs_of_any_size_and_inside_a_larger_array) {
    const auto ranks = communicator::world();
    const named_volume volume = support::blobs({15, 14, 13}, 9, 6, 77);
    SCOPED_TRACE(volume.name);
    const auto expected = oracle::squared_distance(volume.classes.view(), 0);
    on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
        const auto own = part_of(volume.classes, grid.own());
        for (const index_t slab : {index_t{50}, index_t{333}}) {
            array3<distance_sq_t> larger(grid.own().extent() + index3{2, 2, 2}, 7);
            const index3 origin{1, 1, 1};
            const auto inner = larger.view().part({origin, origin + grid.own().extent()});
            squared_distance(grid, own.view(), 0, inner, slab);
            array3<distance_sq_t> dense(grid.own().extent());
            copy(view3<const distance_sq_t>(inner), dense.view());
            expect_own_part(grid, dense, expected);
            EXPECT_EQ(larger(0, 0, 0), 7u);
        }
    });
}

TEST(squared_distance, refuses_volumes_whose_squares_do_not_fit) {
    EXPECT_THROW(require_distances_fit({46341, 1, 1}), resource_error);
    EXPECT_THROW(require_distances_fit({1, index_t{1} << 40, 1}), resource_error);
    EXPECT_NO_THROW(require_distances_fit({26754, 26754, 26754}));
    EXPECT_THROW(require_distances_fit({26755, 26755, 26755}), resource_error);
}

TEST(squared_distance, throws_on_every_rank_when_one_brings_the_wrong_block) {
    const auto ranks = communicator::world();
    const domain grid(ranks, {16, 5, 4});
    const auto own = support::wrong_block(grid);
    EXPECT_THROW(squared_distance(grid, own.view(), 0), error);
}

}  // namespace
}  // namespace tomosweep::distance_test
