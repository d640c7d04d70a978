#include "tomosweep/ops/class_tables.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "oracle/component_tree.hpp"
#include "oracle/neighbourhood.hpp"
#include "support/phase_volumes.hpp"
#include "support/shared_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::class_tables_test {
namespace {

using support::named_volume;
using support::on_all_grids;
using support::part_of;

constexpr int phases = 3;

depth_bins two_bins(axis direction, const extent3& volume) {
    depth_bins depth{direction, {}, 2};
    for (index_t layer = 0; layer < along(volume, direction); ++layer)
        depth.bin_of_layer.push_back(static_cast<std::int32_t>(layer % 3 == 0));
    return depth;
}

phase_counts expected_table(const array3<class_t>& classes, int phase, const depth_bins& depth) {
    phase_counts table = oracle::neighbourhood(classes.view(), phase, depth);
    for (const connectivity adjacency : both_connectivities)
        table.components[static_cast<std::size_t>(adjacency)] =
            oracle::components(classes.view(), phase, adjacency, depth.direction);
    return table;
}

void expect_tables(const communicator& ranks, const named_volume& volume, axis direction) {
    SCOPED_TRACE(volume.name);
    const depth_bins depth = two_bins(direction, volume.classes.extent());
    std::vector<phase_counts> expected;
    for (int phase = 0; phase < phases; ++phase)
        expected.push_back(expected_table(volume.classes, phase, depth));
    on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
        const auto own = part_of(volume.classes, grid.own());
        EXPECT_EQ(tabulate_classes(grid, own.view(), phases, depth), expected);
    });
}

TEST(tabulate_classes, equals_counts_of_the_whole_volume) {
    const auto ranks = communicator::world();
    const axis directions[] = {axis::z, axis::y, axis::x};
    std::size_t next = 0;
    for (const named_volume& volume : support::shared_volumes())
        expect_tables(ranks, volume, directions[next++ % 3]);
}

TEST(tabulate_classes, is_the_same_in_slabs_of_any_size) {
    const auto ranks = communicator::world();
    const named_volume volume = support::blobs({15, 14, 13}, 9, 6, 77);
    SCOPED_TRACE(volume.name);
    const depth_bins depth = two_bins(axis::z, volume.classes.extent());
    std::vector<phase_counts> expected;
    for (int phase = 0; phase < phases; ++phase)
        expected.push_back(expected_table(volume.classes, phase, depth));
    on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
        const auto own = part_of(volume.classes, grid.own());
        for (const index_t slab : {index_t{50}, index_t{333}})
            EXPECT_EQ(tabulate_classes(grid, own.view(), phases, depth, both_connectivities, slab), expected);
    });
}

TEST(tabulate_classes, components_that_wind_through_all_blocks_are_one) {
    const auto ranks = communicator::world();
    for (const extent3& extent : {extent3{9, 13, 12}, extent3{5, 8, 31}}) {
        expect_tables(ranks, support::serpentine(extent), axis::z);
        expect_tables(ranks, support::spiral(extent), axis::y);
    }
}

/// Every class from 0 to 254 and outside, so that components begin, grow and are swallowed at many levels.
TEST(tabulate_classes, many_classes_join_alike_on_every_grid) {
    const auto ranks = communicator::world();
    const extent3 extent{14, 13, 12};
    const unsigned seed = 815;
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    array3<class_t> classes(extent);
    for (class_t& value : classes.values())
        value = static_cast<class_t>(random() % 256);
    const depth_bins depth = two_bins(axis::z, extent);
    std::map<std::size_t, phase_counts> expected;
    for (const int k : {0, 60, 85, 200, 253})
        expected[static_cast<std::size_t>(k)] = expected_table(classes, k, depth);
    on_all_grids(ranks, extent, [&](const domain& grid) {
        const auto own = part_of(classes, grid.own());
        const auto tables = tabulate_classes(grid, own.view(), 254, depth);
        for (const auto& [k, counts] : expected)
            EXPECT_EQ(tables[k], counts);
    });
}

TEST(tabulate_classes, components_not_asked_for_stay_zero) {
    const auto ranks = communicator::world();
    const domain grid(ranks, {6, 5, 4});
    const array3<class_t> own(grid.own().extent(), 0);
    const std::array wanted{connectivity::twentysix};
    const auto tables = tabulate_classes(grid, own.view(), 1, two_bins(axis::z, {6, 5, 4}), wanted);
    EXPECT_EQ(tables[0].components[0], component_counts{});
    EXPECT_EQ(tables[0].components[1], (component_counts{1, 120, 1}));
}

TEST(tabulate_classes, throws_on_every_rank_when_one_brings_the_wrong_block) {
    const auto ranks = communicator::world();
    const domain grid(ranks, {16, 5, 4});
    const auto own = support::wrong_block(grid);
    EXPECT_THROW(tabulate_classes(grid, own.view(), 1, two_bins(axis::z, {16, 5, 4})), error);
}

}  // namespace
}  // namespace tomosweep::class_tables_test
