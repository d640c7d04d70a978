#include "tomosweep/campaign/layout.hpp"

#include <gtest/gtest.h>

#include "tomosweep/core/error.hpp"

namespace tomosweep::layout_test {
namespace {

constexpr double mib = 1048576.0;

scan_load cube(const std::string& id, index_t edge) {
    return {id, {edge, edge, edge}, edge * edge * edge, dtype::uint8, false};
}

/// 12 bytes a voxel and nothing else, so that sizes are easily told.
const cost_model plain{
    .table_bytes = 10, .width_bytes = 11, .cut_bytes = 0, .halo_share = 0, .rank_bytes = 0, .smallest_block = 1};

struct layout_case {
    std::vector<index_t> edges;
    int ranks;
    double bytes_per_rank;
    int groups, ranks_per_scan;
};

class layouts : public ::testing::TestWithParam<layout_case> {};

TEST_P(layouts, share_the_ranks_as_the_table_says) {
    const layout_case& expected = GetParam();
    std::vector<scan_load> scans;
    for (const index_t edge : expected.edges)
        scans.push_back(cube(std::to_string(edge), edge));
    const campaign_layout layout = choose_layout(scans, {}, {expected.ranks, 1, expected.bytes_per_rank}, plain);
    EXPECT_EQ(layout.groups, expected.groups);
    EXPECT_EQ(layout.ranks_per_scan, expected.ranks_per_scan);
    EXPECT_LE(layout.groups * layout.ranks_per_scan, expected.ranks);
    EXPECT_LE(layout.groups, static_cast<int>(scans.size()));
    if (expected.bytes_per_rank > 0) {
        EXPECT_LE(layout.bytes_per_rank, expected.bytes_per_rank);
    }
}

INSTANTIATE_TEST_SUITE_P(cases, layouts,
                         ::testing::Values(layout_case{{64}, 1, 0, 1, 1},              // nothing to choose
                                           layout_case{{64, 64, 64, 64}, 4, 0, 4, 1},  // one scan each
                                           layout_case{{64, 64}, 8, 0, 2, 4},          // never more groups than scans
                                           layout_case{{64, 64, 64}, 8, 0, 3, 2},      // two ranks are left over
                                           layout_case{
                                               {64, 64, 64, 64}, 8, 3 * mib, 8 / 2, 2},  // 3 MiB: one rank each, shared
                                           layout_case{{64, 64, 64, 64, 64, 64, 64, 64}, 8, 3 * mib, 8, 1},
                                           layout_case{{64, 64, 64, 64, 64, 64, 64, 64}, 8, 1.6 * mib, 4, 2},
                                           layout_case{{64, 64, 64, 64, 64, 64, 64, 64}, 8, 0.4 * mib, 1, 8},
                                           layout_case{{64, 64, 64, 64, 64}, 7, 1.6 * mib, 3, 2},
                                           layout_case{{1, 1}, 8, 0, 2, 1}));  // one voxel, one rank

TEST(layout, more_ranks_than_voxels_are_refused) {
    EXPECT_THROW(choose_layout({cube("a", 2)}, {}, {16, 1, 0}, plain, 9), input_error);
    EXPECT_EQ(choose_layout({cube("a", 2)}, {}, {16, 1, 0}, plain, 8).ranks_per_scan, 8);
}

TEST(layout, largest_scans_come_first_and_equal_ones_in_order) {
    const campaign_layout layout = choose_layout({cube("a", 8), cube("b", 16), cube("c", 8), cube("d", 32)}, {}, {});
    EXPECT_EQ(layout.order, (std::vector<std::size_t>{3, 1, 0, 2}));
}

TEST(layout, small_scans_are_not_cut_below_the_smallest_block) {
    EXPECT_EQ(choose_layout({cube("a", 64)}, {}, {64, 1, 0}).ranks_per_scan, 8);
    EXPECT_EQ(choose_layout({cube("a", 20)}, {}, {64, 1, 0}).ranks_per_scan, 1);
}

TEST(layout, an_asked_for_group_size_is_taken) {
    const std::vector<scan_load> scans{cube("a", 64), cube("b", 64)};
    const campaign_layout layout = choose_layout(scans, {}, {8, 1, 0}, plain, 3);
    EXPECT_EQ(layout.ranks_per_scan, 3);
    EXPECT_EQ(layout.groups, 2);
    EXPECT_THROW(choose_layout(scans, {}, {8, 1, 0}, plain, 9), resource_error);
    EXPECT_THROW(choose_layout(scans, {}, {8, 1, 0}, plain, 0), resource_error);
    EXPECT_THROW(choose_layout(scans, {}, {8, 1, 1 * mib}, plain, 1), resource_error);
}

/// Two such scans, of which a pair takes 20 bytes a voxel.
const cost_model paired{.table_bytes = 2,
                        .width_bytes = 2,
                        .cut_bytes = 0,
                        .halo_share = 0,
                        .tree_face_bytes = 0,
                        .label_bytes = 16,
                        .cube_bytes = 0,
                        .coarse_bytes = 0,
                        .rank_bytes = 0,
                        .smallest_block = index_t{1} << 40};

workload with_pair(index_t edge) {
    workload work;
    work.pairs.push_back({"a--b", cube("a", edge), cube("b", edge)});
    return work;
}

TEST(layout, groups_hold_pairs_where_any_does) {
    const std::vector<scan_load> scans{cube("a", 128), cube("b", 128)};
    // 2 Mvoxel: 6 MiB for a scan, 40 MiB for a pair.
    EXPECT_EQ(choose_layout(scans, {}, {4, 1, 11 * mib}, paired).ranks_per_scan, 1);
    const campaign_layout held = choose_layout(scans, with_pair(128), {4, 1, 11 * mib}, paired);
    EXPECT_EQ(held.ranks_per_scan, 4);
    EXPECT_TRUE(held.pairs.fits);
    EXPECT_NEAR(held.pairs.bytes_per_rank, 10 * mib, 1);
    EXPECT_GT(held.pairs.seconds, 0);
    EXPECT_NEAR(held.seconds, held.pairs.seconds + choose_layout(scans, {}, {4, 1, 0}, paired, 4).seconds, 1e-9);
    const campaign_layout short_of_memory = choose_layout(scans, with_pair(128), {4, 1, 9 * mib}, paired);
    EXPECT_EQ(short_of_memory.ranks_per_scan, 1);
    EXPECT_FALSE(short_of_memory.pairs.fits);
    EXPECT_FALSE(choose_layout(scans, with_pair(128), {4, 1, 30 * mib}, paired, 1).pairs.fits);
}

TEST(layout, as_few_nodes_as_hold_the_pairs_are_taken) {
    const std::vector<scan_load> scans{cube("a", 128), cube("b", 128)};
    EXPECT_EQ(choose_nodes(scans, {}, {0, 1, 11 * mib}, paired).nodes, 1);
    EXPECT_EQ(choose_nodes(scans, with_pair(128), {0, 1, 11 * mib}, paired).nodes, 4);
    const node_layout given = choose_nodes(scans, with_pair(128), {2, 1, 11 * mib}, paired);
    EXPECT_EQ(given.nodes, 2);
    EXPECT_FALSE(given.campaign.pairs.fits);
}

TEST(layout, too_little_memory_says_what_would_fit) {
    try {
        choose_layout({cube("small", 8), cube("large", 512)}, {}, {2, 1, 512 * mib}, plain);
        FAIL() << "1.5 GiB do not fit into 2 x 512 MiB";
    } catch (const resource_error& wrong) {
        const std::string what = wrong.what();
        EXPECT_NE(what.find("scan large"), std::string::npos) << what;
        EXPECT_NE(what.find("0.8 GiB per rank"), std::string::npos) << what;
        EXPECT_NE(what.find("4 ranks of this size"), std::string::npos) << what;
    }
}

TEST(layout, more_ranks_than_needed_never_take_more_memory_than_there_is) {
    const std::vector<scan_load> scans{{"a", {938, 2606, 2606}, 6'370'000'000, dtype::uint8, false}};
    for (const int ranks : {6, 12, 20, 24, 30, 36, 60})
        for (double room = 512 * mib; room < 4096 * mib; room *= 1.1)
            try {
                EXPECT_LE(choose_layout(scans, {}, {ranks, 8, room}).bytes_per_rank, room) << ranks << " ranks";
            } catch (const resource_error&) {
            }
}

TEST(layout, small_amounts_of_memory_are_told_in_mebibytes) {
    try {
        choose_layout({cube("a", 8)}, {}, {2, 1, 20 * mib});
        FAIL() << "a rank itself takes more";
    } catch (const resource_error& wrong) {
        EXPECT_NE(std::string(wrong.what()).find("there are 20 MiB"), std::string::npos) << wrong.what();
    }
}

TEST(layout, no_scans_need_one_group) {
    const campaign_layout layout = choose_layout({}, {}, {4, 1, 1});
    EXPECT_EQ(layout.groups, 1);
    EXPECT_EQ(layout.seconds, 0);
}

TEST(layout, more_groups_finish_earlier) {
    const std::vector<scan_load> scans(6, cube("a", 128));
    EXPECT_LT(choose_layout(scans, {}, {6, 1, 0}).seconds, choose_layout(scans, {}, {2, 1, 0}).seconds);
}

TEST(node_layout, cores_are_shared_among_ranks_of_up_to_8_threads) {
    const std::vector<scan_load> scans(4, cube("a", 64));
    const auto on = [&](int cores) { return choose_nodes(scans, {}, {1, cores, 0}, plain); };
    EXPECT_EQ(on(64).ranks_per_node, 8);
    EXPECT_EQ(on(64).threads_per_rank, 8);
    EXPECT_EQ(on(36).threads_per_rank, 6);
    EXPECT_EQ(on(36).ranks_per_node, 6);
    EXPECT_EQ(on(1).ranks_per_node, 1);
    EXPECT_EQ(on(7).threads_per_rank, 7);
}

TEST(node_layout, without_a_number_of_nodes_the_fewest_that_hold_a_scan_are_taken) {
    const std::vector<scan_load> scans(4, cube("a", 512));  // 1.5 GiB
    EXPECT_EQ(choose_nodes(scans, {}, {0, 8, 2048 * mib}, plain).nodes, 1);
    EXPECT_EQ(choose_nodes(scans, {}, {0, 8, 1024 * mib}, plain).nodes, 2);
    EXPECT_EQ(choose_nodes(scans, {}, {3, 8, 1024 * mib}, plain).nodes, 3);
    EXPECT_THROW(choose_nodes(scans, {}, {1, 8, 1024 * mib}, plain), resource_error);
}

TEST(node_layout, nodes_too_small_for_any_number_of_them_are_refused) {
    std::vector<scan_load> scans(280, {"a", {938, 2606, 2606}, 6'370'000'000, dtype::uint8, false});
    for (std::size_t i = 0; i < scans.size(); ++i)
        scans[i].volume.y += static_cast<index_t>(i % 7);
    for (const double node : {256.0, 800.0})
        EXPECT_THROW(choose_nodes(scans, {.thresholds = 5}, {0, 64, node * mib}), resource_error) << node << " MiB";
}

TEST(node_layout, a_campaign_of_6_gigavoxel_scans_is_planned_in_no_time) {
    const std::vector<scan_load> scans(280, {"a", {938, 2606, 2606}, 6'370'000'000, dtype::uint8, false});
    const node_layout layout = choose_nodes(scans, {.thresholds = 5}, {0, 64, 256 * 1024 * mib});
    EXPECT_EQ(layout.nodes, 1);
    EXPECT_EQ(layout.campaign.ranks_per_scan, 1);  // 2.6 bytes per voxel of 32 GiB a rank
    EXPECT_EQ(layout.campaign.groups, 8);
    EXPECT_LT(layout.campaign.bytes_per_rank, 32 * 1024 * mib);
}

TEST(parse_bytes, units_are_powers_of_1024_and_megabytes_by_default) {
    EXPECT_EQ(parse_bytes("256G", "o"), 256 * 1024 * mib);
    EXPECT_EQ(parse_bytes("256GiB", "o"), 256 * 1024 * mib);
    EXPECT_EQ(parse_bytes("1.5T", "o"), 1.5 * 1024 * 1024 * mib);
    EXPECT_EQ(parse_bytes("64000M", "o"), 64000 * mib);
    EXPECT_EQ(parse_bytes("64", "o"), 64 * mib);
    EXPECT_EQ(parse_bytes("1024K", "o"), mib);
    EXPECT_EQ(parse_bytes("3MB", "o"), 3 * mib);
}

TEST(parse_bytes, anything_else_is_refused_by_the_name_of_the_option) {
    for (const char* text : {"", "G", "-1G", "0", "1X", "1GG", "nan", "inf", "1 G", "1e999G", "1e308T", "1e-300G"})
        try {
            parse_bytes(text, "--memory-per-node");
            ADD_FAILURE() << "'" << text << "' was taken";
        } catch (const input_error& wrong) {
            EXPECT_EQ(wrong.where(), "--memory-per-node");
        }
}

}  // namespace
}  // namespace tomosweep::layout_test
