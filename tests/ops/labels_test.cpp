#include "tomosweep/ops/labels.hpp"

#include <gtest/gtest.h>

#include "oracle/label.hpp"
#include "support/phase_volumes.hpp"
#include "support/shared_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::labels_test {
namespace {

using support::expect_own_part;
using support::named_volume;
using support::on_all_grids;
using support::part_of;

void expect_labels(const communicator& ranks, const named_volume& volume, int phase) {
    SCOPED_TRACE(volume.name);
    const extent3& extent = volume.classes.extent();
    for (const connectivity adjacency : {connectivity::six, connectivity::twentysix}) {
        SCOPED_TRACE(neighbours(adjacency));
        const auto expected = support::made_once(ranks, [&] {
            return oracle::label_components(volume.classes.view(), phase, adjacency, whole(extent), extent);
        });
        on_all_grids(ranks, extent, [&](const domain& grid) {
            const auto own = part_of(volume.classes, grid.own());
            expect_own_part(grid, label_components(grid, own.view(), phase, adjacency), expected);
        });
    }
}

TEST(label_components, equals_a_flood_of_the_whole_volume) {
    const auto ranks = communicator::world();
    for (const named_volume& volume : support::shared_volumes())
        expect_labels(ranks, volume, 1);
}

TEST(label_components, follows_windings_over_many_blocks) {
    const auto ranks = communicator::world();
    for (const extent3& extent : {extent3{9, 17, 16}, extent3{5, 8, 41}}) {
        expect_labels(ranks, support::serpentine(extent), 0);
        expect_labels(ranks, support::spiral(extent), 0);
    }
}

TEST(label_components, diagonal_touch_over_corners_of_blocks_counts_for_26_only) {
    const auto ranks = communicator::world();
    named_volume volume = support::filled({8, 8, 8}, class_background);
    volume.name = "space diagonal";
    for (index_t i = 0; i < 8; ++i)
        volume.classes(i, 7 - i, i) = 0;
    expect_labels(ranks, volume, 0);
}

/// Near the percolation threshold components are large, ramified and cross every face many times.
TEST(label_components, percolating_noise_merges_alike_on_every_grid) {
    const auto ranks = communicator::world();
    for (const double density : {0.11, 0.33}) {
        const named_volume volume = support::noise({24, 23, 22}, density, 0.05, 4711);
        expect_labels(ranks, volume, 1);
    }
}

TEST(label_components, throws_on_every_rank_when_one_asks_for_no_phase) {
    const auto ranks = communicator::world();
    const domain grid(ranks, {9, 5, 4});
    const array3<class_t> own(grid.own().extent(), 0);
    EXPECT_THROW(label_components(grid, own.view(), ranks.root() ? -1 : 0, connectivity::six), error);
}

}  // namespace
}  // namespace tomosweep::labels_test
