#include "tomosweep/ops/islets.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "oracle/label.hpp"
#include "oracle/thickness.hpp"
#include "support/phase_volumes.hpp"
#include "support/shared_volume.hpp"

namespace tomosweep::islets_test {
namespace {

using support::on_all_grids;
using support::part_of;

/// The complement of a phase as a phase of its own.
array3<class_t> turned(const array3<class_t>& classes, int phase) {
    array3<class_t> complement(classes.extent());
    oracle::for_each_voxel(classes.extent(), [&](const index3& at) {
        const class_t value = classes.view()[at];
        complement.view()[at] = value == class_outside ? class_outside : value <= phase ? class_background : class_t{0};
    });
    return complement;
}

/// Pieces of all layers by flooding from every voxel, one neighbour after the other.
piece_table flooded(const array3<class_t>& classes, int phase) {
    const extent3& extent = classes.extent();
    const auto solid = [&](const index3& at) {
        return classes.view()[at] > phase && classes.view()[at] != class_outside;
    };
    array3<std::uint8_t> seen(extent, 0);
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;
    oracle::for_each_voxel(extent, [&](const index3& seed) {
        if (!solid(seed) || seen.view()[seed] != 0)
            return;
        std::int64_t voxels = 0, cut = 0;
        std::vector<index3> open{seed};
        seen.view()[seed] = 1;
        while (!open.empty()) {
            const index3 at = open.back();
            open.pop_back();
            ++voxels;
            for (const index3 step : {index3{0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}}) {
                const index3 next = at + step;
                if (!whole(extent).contains(next) || classes.view()[next] == class_outside)
                    cut = 1;
                else if (solid(next) && seen.view()[next] == 0) {
                    seen.view()[next] = 1;
                    open.push_back(next);
                }
            }
        }
        ++counts[{voxels, cut}];
    });
    piece_table table;
    for (const auto& [piece, number] : counts)
        table.push_back({piece.first, piece.second, number});
    return table;
}

TEST(measure_islets, equals_flooding_and_the_largest_disks_of_every_layer_on_every_grid) {
    const auto ranks = communicator::world();
    auto volumes = support::shared_volumes();
    volumes.push_back(support::noise({6, 40, 50}, 0.4, 0, 71));
    volumes.push_back(support::noise({6, 40, 50}, 0.5, 0.02, 72));
    for (const support::named_volume& volume : volumes) {
        SCOPED_TRACE(volume.name);
        for (const int phase : {0, 1}) {
            const islet_tables expected{flooded(volume.classes, phase),
                                        oracle::thickness_in_layers(turned(volume.classes, phase).view(), 0)};
            on_all_grids(ranks, volume.classes.extent(), [&](const domain& grid) {
                const auto own = part_of(volume.classes, grid.own());
                EXPECT_EQ(measure_islets(grid, own.view(), phase, islet_widths::measured, 2100), expected);
                EXPECT_EQ(measure_islets(grid, own.view(), phase, islet_widths::left_out),
                          (islet_tables{expected.pieces, {}}));
            });
        }
    }
}

}  // namespace
}  // namespace tomosweep::islets_test
