#include "tomosweep/ops/thickness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "oracle/thickness.hpp"
#include "support/phase_volumes.hpp"
#include "support/shared_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::thickness_test {
namespace {

using support::expect_own_part;
using support::made_once;
using support::named_volume;
using support::on_all_grids;
using support::part_of;

depth_bins bins_along(axis direction, const extent3& volume, std::int32_t count) {
    depth_bins depth{direction, {}, count};
    const index_t layers = along(volume, direction);
    for (index_t layer = 0; layer < layers; ++layer)
        depth.bin_of_layer.push_back(static_cast<std::int32_t>(layer * count / layers));
    return depth;
}

thickness_table counted(const array3<distance_sq_t>& thickness, const depth_bins& depth) {
    std::map<std::pair<distance_sq_t, std::int32_t>, std::int64_t> counts;
    oracle::for_each_voxel(thickness.extent(), [&](const index3& at) {
        const auto layer = static_cast<std::size_t>(along(at, depth.direction));
        if (const distance_sq_t radius_sq = thickness.view()[at]; radius_sq != 0)
            ++counts[{radius_sq, depth.bin_of_layer[layer]}];
    });
    thickness_table table;
    for (const auto& [key, voxels] : counts)
        table.push_back({key.first, key.second, voxels});
    return table;
}

/// Class by the definition: the smallest k with radius_sq >= minimum_sq[n - 1 - k].
array3<class_t> kept(const array3<class_t>& classes, const array3<distance_sq_t>& thickness,
                     const std::vector<distance_sq_t>& minimum_sq) {
    array3<class_t> result(classes.extent(), class_background);
    oracle::for_each_voxel(classes.extent(), [&](const index3& at) {
        class_t& value = result.view()[at];
        const distance_sq_t radius_sq = thickness.view()[at];
        if (classes.view()[at] == class_outside)
            value = class_outside;
        else
            for (std::size_t k = minimum_sq.size(); radius_sq != 0 && k-- > 0;)
                if (radius_sq >= minimum_sq[minimum_sq.size() - 1 - k])
                    value = static_cast<class_t>(k);
    });
    return result;
}

/// What is expected of one phase.
struct expected_phase {
    int phase = 0;
    array3<distance_sq_t> thickness;
    array3<class_t> kept_classes;
    distance_sq_t largest = 0;
};

/// The phases are measured one after the other, of one volume on every grid; the largest of all, if it is the last one,
/// over its class volume.
void expect_exact(const communicator& ranks, const named_volume& volume, const std::vector<int>& phases) {
    SCOPED_TRACE(volume.name);
    const extent3& extent = volume.classes.extent();
    const std::vector<distance_sq_t> minimum_sq = {1, 2, 2, 4, 9, 30};
    std::vector<expected_phase> expected;
    for (const int phase : phases) {
        const auto distance = made_once(ranks, [&] { return oracle::squared_distance(volume.classes.view(), phase); });
        auto thickness = made_once(ranks, [&] { return oracle::local_thickness(volume.classes.view(), phase); });
        auto kept_classes = kept(volume.classes, thickness, minimum_sq);
        expected.push_back({phase, std::move(thickness), std::move(kept_classes), std::ranges::max(distance.values())});
    }
    int largest = 0;
    for (const class_t value : volume.classes.values())
        largest = std::max(largest, value < class_background ? value : 0);
    axis direction = axis::z;
    on_all_grids(ranks, extent, [&](const domain& grid) {
        const depth_bins depth = bins_along(direction, extent, 3);
        auto own = part_of(volume.classes, grid.own());
        chain_thickness chain(grid, own.view(), {depth, minimum_sq, thickness_map::kept});
        for (const expected_phase& each : expected) {
            SCOPED_TRACE("phase " + std::to_string(each.phase));
            const bool last = &each == &expected.back();
            const auto result = last && each.phase == largest
                                    ? chain.measure_last(each.phase, own.view())
                                    : chain.measure(each.phase, last ? phases_to_come::none : phases_to_come::some);
            expect_own_part(grid, chain.thickness_sq(), each.thickness);
            expect_own_part(grid, chain.kept_classes(), each.kept_classes);
            EXPECT_EQ(result.table, counted(each.thickness, depth));
            EXPECT_EQ(result.max_distance_sq, each.largest);
        }
        direction = direction == axis::z ? axis::y : direction == axis::y ? axis::x : axis::z;
    });
}

TEST(chain_thickness, equals_the_largest_covering_ball_of_the_whole_volume) {
    const auto ranks = communicator::world();
    for (const named_volume& volume : support::shared_volumes())
        expect_exact(ranks, volume, {1});
}

TEST(chain_thickness, of_a_larger_phase_is_exact_whatever_was_measured_before) {
    const auto ranks = communicator::world();
    for (const extent3& extent : {extent3{12, 11, 13}, extent3{5, 3, 140}, extent3{9, 1, 20}}) {
        const named_volume volume = support::growing_blobs(extent, 5, 40);
        expect_exact(ranks, volume, {0, 1, 2, 3, 4});
        expect_exact(ranks, volume, {0, 3, 4});
    }
    // Less and less background, until there is none; and a smallest phase without voxels.
    named_volume volume = support::noise({7, 9, 11}, 0.9, 0.05, 41);
    std::ranges::replace(volume.classes.values(), class_t{0}, class_t{1});
    std::ranges::replace(volume.classes.values(), class_background, class_t{3});
    expect_exact(ranks, volume, {0, 1, 2, 3});
}

TEST(chain_thickness, second_table_bins_every_voxel_by_its_own_column) {
    const auto ranks = communicator::world();
    for (const named_volume& volume : support::shared_volumes()) {
        SCOPED_TRACE(volume.name);
        const extent3& extent = volume.classes.extent();
        const auto place = [](index_t y, index_t x) {
            return std::pair{0.3 * static_cast<double>(y), 1.7 + 0.2 * static_cast<double>(x)};
        };
        const auto thickness = made_once(ranks, [&] { return oracle::local_thickness(volume.classes.view(), 1); });
        std::map<std::pair<distance_sq_t, std::int32_t>, std::int64_t> counts;
        oracle::for_each_voxel(extent, [&](const index3& at) {
            const auto [from, bins] = place(at.y, at.x);
            const double bin = std::floor((static_cast<double>(at.z) + 0.5 - from) * bins);
            if (const distance_sq_t radius_sq = thickness.view()[at]; radius_sq != 0)
                ++counts[{radius_sq, static_cast<std::int32_t>(std::clamp(bin, 0.0, 4.0))}];
        });
        thickness_table expected;
        for (const auto& [key, voxels] : counts)
            expected.push_back({key.first, key.second, voxels});
        on_all_grids(ranks, extent, [&](const domain& grid) {
            const box3& own = grid.own();
            depth_field field{own.extent().x, {}, {}, 5};
            for (index_t y = own.lo.y; !own.empty() && y < own.hi.y; ++y)
                for (index_t x = own.lo.x; x < own.hi.x; ++x) {
                    field.from.push_back(place(y, x).first);
                    field.bins_per_layer.push_back(place(y, x).second);
                }
            const depth_bins layers = bins_along(axis::z, extent, 3);
            const auto block = part_of(volume.classes, own);
            chain_thickness chain(grid, block.view(), {layers, {}, thickness_map::dropped, &field});
            chain.measure(0, phases_to_come::some);
            const auto result = chain.measure(1);
            EXPECT_EQ(result.field_table, expected);
            EXPECT_EQ(result.table, counted(thickness, layers));
            EXPECT_EQ(chain_thickness(grid, block.view(), {layers, {}, thickness_map::dropped, &field}).measure(1),
                      result);
        });
    }
}

TEST(chain_thickness, one_ball_over_all_blocks_gives_one_thickness) {
    const auto ranks = communicator::world();
    named_volume volume = support::filled({19, 19, 19}, class_background);
    volume.name = "one ball";
    const index3 centre{9, 9, 9};
    oracle::for_each_voxel(volume.classes.extent(), [&](const index3& at) {
        if (oracle::distance_sq(at, centre) < 82)
            volume.classes.view()[at] = 0;
    });
    expect_exact(ranks, volume, {0});
    on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
        const auto own = part_of(volume.classes, grid.own());
        chain_thickness chain(grid, own.view(), {bins_along(axis::z, {19, 19, 19}, 1)});
        const auto result = chain.measure(0);
        ASSERT_EQ(result.table.size(), 1u);
        EXPECT_EQ(result.table[0].radius_sq, 82u);
        EXPECT_EQ(chain.kept_classes().voxels(), 0);
        EXPECT_EQ(chain.thickness_sq().voxels(), 0);
    });
}

TEST(chain_thickness, balls_of_large_radius_reach_beyond_the_next_block) {
    const auto ranks = communicator::world();
    for (const extent3& extent : {extent3{40, 5, 4}, extent3{4, 40, 5}, extent3{5, 4, 40}})
        expect_exact(ranks, support::one_background_voxel(extent, {0, 0, 0}), {0});
}

TEST(chain_thickness, slab_of_w_layers_reads_its_known_width_on_every_grid) {
    const auto ranks = communicator::world();
    for (const index_t width : {1, 2, 5, 6}) {
        named_volume volume = support::filled({12, 9, 10}, class_background);
        for (index_t z = 3; z < 3 + width; ++z)
            std::fill_n(volume.classes.view().row(z, 0), 90, class_t{0});
        const auto radius = static_cast<distance_sq_t>((width + 1) / 2);
        on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
            const auto own = part_of(volume.classes, grid.own());
            const depth_bins one_bin = bins_along(axis::z, volume.classes.extent(), 1);
            chain_thickness chain(grid, own.view(), {one_bin, {}, thickness_map::kept});
            chain.measure(0);
            const view3<const distance_sq_t> map = chain.thickness_sq();
            for (index_t i = 0; i < map.voxels(); ++i)
                ASSERT_EQ(map.data()[i], own.data()[i] == 0 ? radius * radius : 0);
        });
    }
}

TEST(chain_thickness, throws_on_every_rank_when_limits_do_not_ascend) {
    const auto ranks = communicator::world();
    const domain grid(ranks, {6, 5, 4});
    const array3<class_t> own(grid.own().extent(), 0);
    const std::vector<distance_sq_t> falling = {4, 1};
    const std::vector<distance_sq_t> ascending = {1, 4};
    const thickness_request request{bins_along(axis::z, {6, 5, 4}, 1), ranks.root() ? falling : ascending};
    EXPECT_THROW(chain_thickness(grid, own.view(), request), error);
}

TEST(chain_thickness, throws_on_every_rank_when_a_layer_has_no_bin) {
    const auto ranks = communicator::world();
    const domain grid(ranks, {6, 5, 4});
    const array3<class_t> own(grid.own().extent(), 0);
    depth_bins depth = bins_along(axis::y, {6, 5, 4}, 2);
    depth.bin_of_layer[3] = ranks.rank() == ranks.size() - 1 ? 2 : 1;
    EXPECT_THROW(chain_thickness(grid, own.view(), {depth}), error);
}

}  // namespace
}  // namespace tomosweep::thickness_test
