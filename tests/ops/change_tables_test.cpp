#include "tomosweep/ops/change_tables.hpp"

#include <gtest/gtest.h>

#include <map>

#include "oracle/label.hpp"
#include "oracle/thickness.hpp"
#include "support/shared_volume.hpp"

namespace tomosweep::change_tables_test {
namespace {

using support::on_all_grids;
using support::part_of;

constexpr extent3 extent{13, 15, 17};

/// Two states with the same unknown voxels: the second keeps most of the first.
std::pair<array3<class_t>, array3<class_t>> two_states(double density) {
    array3<class_t> from = support::noise(extent, density, 0.05, 51).classes;
    const array3<class_t> other = support::noise(extent, density, 0, 52).classes;
    array3<class_t> to(extent);
    for (std::size_t i = 0; i < from.values().size(); ++i) {
        class_t &before = from.values()[i], &after = to.values()[i];
        const bool unknown = before == class_outside;
        before = unknown ? class_outside : before == 0 ? class_t{0} : class_background;
        after = unknown      ? class_outside
                : i % 5 == 0 ? (other.values()[i] == 0 ? class_t{0} : class_background)
                             : before;
    }
    return {std::move(from), std::move(to)};
}

using labelled = array3<std::uint64_t>;

/// Voxels of a label, counted by the plain twin; the first of several largest.
std::pair<std::uint64_t, std::int64_t> largest(const labelled& labels) {
    std::map<std::uint64_t, std::int64_t> counts;
    for (const std::uint64_t label : labels.values())
        if (label != 0)
            ++counts[label];
    std::pair<std::uint64_t, std::int64_t> best{0, 0};
    for (const auto& each : counts)
        if (each.second > best.second)
            best = each;
    return best;
}

labelled labels_of(const array3<class_t>& classes, connectivity adjacency) {
    return oracle::label_components(classes.view(), 0, adjacency, whole(extent), extent);
}

/// What two states must show: counts by hand, clusters by the plain twin. Of `opened` the voxels alone are worked out.
change_counts compared(const array3<class_t>& from, const array3<class_t>& to,
                       std::span<const connectivity> adjacencies) {
    change_counts expected;
    array3<class_t> opened(extent);
    for (std::size_t i = 0; i < from.values().size(); ++i) {
        const bool before = from.values()[i] == 0, after = to.values()[i] == 0;
        expected.common += from.values()[i] != class_outside ? 1 : 0;
        expected.from += before ? 1 : 0;
        expected.to += after ? 1 : 0;
        expected.kept += before && after ? 1 : 0;
        opened.values()[i] = before && after ? class_background : to.values()[i];
    }
    for (const connectivity adjacency : adjacencies) {
        const labelled first = labels_of(from, adjacency), second = labels_of(to, adjacency);
        const auto [before, before_voxels] = largest(first);
        const auto [after, after_voxels] = largest(second);
        std::map<std::uint64_t, std::int64_t> shared;
        for (std::size_t i = 0; i < first.values().size(); ++i)
            if (before_voxels > 0 && first.values()[i] == before && second.values()[i] != 0)
                ++shared[second.values()[i]];
        followed_cluster& cluster = expected.clusters.emplace_back();
        cluster.from_largest = before_voxels;
        cluster.to_largest = after_voxels;
        cluster.shared = shared[after];
        for (const auto& each : shared)
            cluster.successor_shared = std::max(cluster.successor_shared, each.second);
        cluster.opened.voxels = largest(labels_of(opened, adjacency)).second;
    }
    return expected;
}

/// What each of the limits leaves of a state, by the plain twin.
array3<class_t> left_of(const array3<class_t>& state, const array3<distance_sq_t>& thickness, distance_sq_t smallest) {
    array3<class_t> left(extent);
    for (std::size_t i = 0; i < left.values().size(); ++i) {
        const bool removed = state.values()[i] == 0 && thickness.values()[i] < smallest;
        left.values()[i] = removed ? class_background : state.values()[i];
    }
    return left;
}

void expect_counted(const change_counts& found, const change_counts& expected) {
    EXPECT_EQ(found.common, expected.common);
    EXPECT_EQ(found.from, expected.from);
    EXPECT_EQ(found.to, expected.to);
    EXPECT_EQ(found.kept, expected.kept);
    ASSERT_EQ(found.clusters.size(), expected.clusters.size());
    for (std::size_t i = 0; i < expected.clusters.size(); ++i) {
        const followed_cluster &cluster = found.clusters[i], &one = expected.clusters[i];
        EXPECT_EQ(cluster.from_largest, one.from_largest);
        EXPECT_EQ(cluster.to_largest, one.to_largest);
        EXPECT_EQ(cluster.shared, one.shared);
        EXPECT_EQ(cluster.successor_shared, one.successor_shared);
        EXPECT_EQ(cluster.opened.voxels, one.opened.voxels);
        std::int64_t thick = 0;
        for (const thickness_count& each : cluster.opened.thickness)
            thick += each.voxels;
        EXPECT_EQ(thick, one.opened.voxels);
    }
}

TEST(count_changes, equals_a_plain_count_at_every_limit_on_every_grid) {
    const auto ranks = communicator::world();
    const std::array both{connectivity::six, connectivity::twentysix};
    // Nothing removed twice, two limits alike, and one that leaves nothing.
    const std::array<distance_sq_t, 6> smallest{0, 1, 2, 3, 3, 1000};
    for (const double density : {0.15, 0.4, 0.7}) {
        const auto [from, to] = two_states(density);
        const auto thickness_of = [&](const array3<class_t>& state) {
            return support::made_once(ranks, [&] { return oracle::local_thickness(state.view(), 0); });
        };
        const auto thickness_from = thickness_of(from), thickness_to = thickness_of(to);
        std::vector<change_counts> expected;
        for (const distance_sq_t limit : smallest)
            expected.push_back(compared(left_of(from, thickness_from, limit), left_of(to, thickness_to, limit), both));
        on_all_grids(ranks, extent, [&, &from = from, &to = to](const domain& grid) {
            const auto own_from = part_of(from, grid.own()), own_to = part_of(to, grid.own());
            const auto found = count_changes(grid, {own_from.view()}, {own_to.view()}, both, smallest);
            ASSERT_EQ(found.size(), smallest.size());
            for (std::size_t i = 0; i < smallest.size(); ++i)
                expect_counted(found[i], expected[i]);
        });
    }
}

TEST(count_changes, of_phases_within_a_chain_are_those_of_the_phases_alone) {
    const auto ranks = communicator::world();
    const std::array six{connectivity::six};
    const std::array<distance_sq_t, 2> smallest{0, 2};
    const auto [from, to] = two_states(0.4);
    // In `from` the phase is classes up to 4, in `to` up to 7.
    const auto spread = [](const array3<class_t>& state, int phase) {
        array3<class_t> chain(extent);
        for (std::size_t i = 0; i < chain.values().size(); ++i)
            chain.values()[i] = state.values()[i] == 0 ? static_cast<class_t>(i % static_cast<std::size_t>(phase + 1))
                                : state.values()[i] == class_outside ? class_outside
                                : i % 3 == 0                         ? class_background
                                                                     : static_cast<class_t>(phase + 1);
        return chain;
    };
    const array3<class_t> from_chain = spread(from, 4), to_chain = spread(to, 7);
    on_all_grids(ranks, extent, [&, &from = from, &to = to](const domain& grid) {
        const auto own_from = part_of(from, grid.own()), own_to = part_of(to, grid.own());
        const auto chain_from = part_of(from_chain, grid.own()), chain_to = part_of(to_chain, grid.own());
        EXPECT_EQ(count_changes(grid, {chain_from.view(), 4}, {chain_to.view(), 7}, six, smallest),
                  count_changes(grid, {own_from.view()}, {own_to.view()}, six, smallest));
    });
}

TEST(count_changes, of_nothing_are_nothing) {
    const auto ranks = communicator::world();
    const array3<class_t> empty(extent, class_background);
    on_all_grids(ranks, extent, [&](const domain& grid) {
        const auto own = part_of(empty, grid.own());
        const std::array six{connectivity::six};
        const std::array<distance_sq_t, 2> smallest{0, 4};
        for (const change_counts& found : count_changes(grid, {own.view()}, {own.view()}, six, smallest)) {
            EXPECT_EQ(found.common, voxel_count(extent));
            EXPECT_EQ(found.clusters.front(), followed_cluster());
        }
    });
}

}  // namespace
}  // namespace tomosweep::change_tables_test
