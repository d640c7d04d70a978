#include "tomosweep/campaign/cost_model.hpp"

#include <gtest/gtest.h>

namespace tomosweep::cost_model_test {
namespace {

const cost_model model{.filter_bytes = 8,
                       .class_bytes = 1,
                       .table_bytes = 10,
                       .width_bytes = 11,
                       .cut_bytes = 0,
                       .halo_share = 0.5,
                       .rank_bytes = 1000};

scan_load cube(index_t edge, dtype type = dtype::uint8, bool filtered = false) {
    return {"cube", {edge, edge, edge}, edge * edge * edge, type, filtered};
}

TEST(cost_model, blocks_cut_along_z_hold_their_distances) {
    const cost_model cut{.width_bytes = 2, .cut_bytes = 3, .halo_share = 0, .tree_face_bytes = 0, .rank_bytes = 0};
    const scan_load tall{"tall", {100, 10, 100}, 100'000, dtype::uint8, false};
    EXPECT_EQ(bytes_per_rank(tall, 1, {}, cut), 3e5);
    EXPECT_EQ(bytes_per_rank(tall, 2, {}, cut), 3e5);
    EXPECT_EQ(bytes_per_rank(cube(100), 2, {}, cut), 15e5) << "cut along y";
    EXPECT_EQ(bytes_per_rank({"flat", {1, 100, 100}, 10'000, dtype::uint8, false}, 2, {}, cut), 15e3);
}

TEST(cost_model, peak_is_the_largest_step) {
    const double voxels = 1000;
    EXPECT_EQ(peak_bytes(cube(10), {.width = true}, model), 12 * voxels);
    EXPECT_EQ(peak_bytes(cube(10), {.width = false}, model), 11 * voxels);
    EXPECT_EQ(peak_bytes(cube(10, dtype::float32, true), {.width = true}, model), 12 * voxels);
    EXPECT_EQ(peak_bytes(cube(10), {.width = true, .field_bytes_per_voxel = 4}, model), 16 * voxels);
}

TEST(cost_model, further_thresholds_of_a_chain_keep_the_thickness_of_the_one_before) {
    const cost_model keeping{.width_bytes = 11, .kept_bytes = 5, .known_bytes = 3};
    EXPECT_EQ(peak_bytes(cube(10), {.thresholds = 1, .width = true, .limits = 1}, keeping), 12000);
    EXPECT_EQ(peak_bytes(cube(10), {.thresholds = 2, .width = true, .limits = 0}, keeping), 15000);
    EXPECT_EQ(peak_bytes(cube(10), {.thresholds = 2, .width = true, .limits = 1}, keeping), 20000);
    const auto painting = [](std::int64_t thresholds, std::int64_t chains) {
        const cost_model only{.grey_ns = 0,
                              .tables_ns = 0,
                              .tables_phase_ns = 0,
                              .distance_ns = 0,
                              .balls_ns = 0,
                              .thickness_ns = 7,
                              .thickness_again_ns = 2,
                              .limits_ns = 0};
        return seconds_of(cube(10), 1, 1, {.thresholds = thresholds, .chains = chains}, only).computing * 1e6;
    };
    EXPECT_DOUBLE_EQ(painting(1, 1), 7);
    EXPECT_DOUBLE_EQ(painting(5, 2), 7 * 2 + 2 * 3);
}

TEST(cost_model, grey_levels_of_8_bits_become_the_classes_of_the_last_chain) {
    const cost_model bare{.table_bytes = 0};
    const auto peak = [&](dtype type, std::int64_t thresholds, std::int64_t chains) {
        return peak_bytes(cube(10, type), {.thresholds = thresholds, .width = false, .chains = chains}, bare);
    };
    EXPECT_EQ(peak(dtype::uint8, 254, 1), 1000);
    EXPECT_EQ(peak(dtype::uint8, 255, 1), 2000) << "two chains";
    EXPECT_EQ(peak(dtype::uint8, 2, 2), 2000) << "two phases";
    EXPECT_EQ(peak(dtype::uint16, 1, 1), 3000);
}

TEST(cost_model, binning_costs_what_the_source_holds) {
    scan_load binned{"binned", {10, 10, 10}, 8000, dtype::float32, true};
    EXPECT_EQ(peak_bytes(binned, {}, model), 8000 * (4 + 8.0));
}

TEST(cost_model, a_conversion_holds_both_number_formats_while_it_reads) {
    scan_load converted = cube(10);
    converted.source_type = dtype::float32;
    EXPECT_EQ(peak_bytes(converted, {.width = false}, {.class_bytes = 0, .table_bytes = 0}), 1000 * (1 + 4.0));
}

TEST(cost_model, rings_cost_every_rank_a_slice_and_another_reading) {
    const cost_model plain{.rank_bytes = 0};
    scan_load ringed = cube(100);
    ringed.ring_slices = 100;
    ringed.ring_slice_voxels = 150 * 150;
    const double slice = 150 * 150 * (1 + 4.0), profiles = 100 * 150 * 8 * 3;
    EXPECT_EQ(bytes_per_rank(ringed, 4, {}, plain), bytes_per_rank(cube(100), 4, {}, plain) + slice + profiles);
    EXPECT_DOUBLE_EQ(seconds_of(ringed, 1, 1, {}, plain).reading, (1e6 + 100 * 150 * 150) / plain.read_bytes_per_s);
    EXPECT_GT(seconds_of(ringed, 1, 1, {}, plain).computing, seconds_of(cube(100), 1, 1, {}, plain).computing);
}

TEST(cost_model, phases_inside_others_hold_their_masks) {
    const cost_model bare{.table_bytes = 0};
    EXPECT_EQ(peak_bytes(cube(10), {.width = false, .own_regions = true}, bare), 1000 * (1 + 3.0));
}

TEST(cost_model, ranks_hold_their_largest_block_with_halos) {
    EXPECT_EQ(bytes_per_rank(cube(10), 1, {}, model), 1000 + 12000);
    EXPECT_EQ(bytes_per_rank(cube(10), 2, {}, model), 1000 + 12 * 500 * 1.5);
    EXPECT_EQ(bytes_per_rank({"slab", {3, 1, 1}, 3, dtype::uint8, false}, 2, {}, model), 1000 + 12 * 2 * 1.5)
        << "three layers on two ranks: one holds two";
}

TEST(cost_model, trees_that_are_joined_count_where_blocks_are_small) {
    const cost_model tall{.width_bytes = 5, .cut_bytes = 0, .halo_share = 0, .tree_face_bytes = 5, .rank_bytes = 0};
    const double plane = 100 * 100, block = 10 * 10 * 10;
    EXPECT_EQ(bytes_per_rank(cube(100), 1000, {}, tall), block * tall.class_bytes + 4 * 5 * plane);
    EXPECT_EQ(bytes_per_rank(cube(100), 2, {}, tall), 6.0 * 100 * 100 * 50);
}

TEST(cost_model, time_falls_with_cores_and_grows_with_thresholds) {
    const scan_load scan = cube(256);
    const double one = seconds_of(scan, 1, 1, {.thresholds = 4}, {}).all();
    EXPECT_LT(seconds_of(scan, 4, 2, {.thresholds = 4}, {}).all(), one);
    EXPECT_GT(seconds_of(scan, 1, 1, {.thresholds = 8}, {}).all(), one);
    EXPECT_LT(seconds_of(scan, 1, 1, {.thresholds = 4, .width = false}, {}).all(), one);
}

TEST(cost_model, one_pass_over_many_thresholds_costs_what_grey_levels_cost) {
    const auto computing = [](std::int64_t thresholds, std::int64_t chains) {
        return seconds_of(cube(256), 1, 1, {.thresholds = thresholds, .width = false, .chains = chains}, {}).computing;
    };
    EXPECT_LT(computing(2, 1), computing(8, 1));
    EXPECT_LT(computing(8, 1), 4 * computing(2, 1));
    EXPECT_DOUBLE_EQ(computing(64, 1), computing(254, 1));
    EXPECT_DOUBLE_EQ(computing(508, 2), 2 * computing(254, 1));
}

TEST(cost_model, joins_and_latency_do_not_shrink_with_ranks) {
    const scan_load scan = cube(512);
    const scan_seconds few = seconds_of(scan, 8, 1, {}, {}), many = seconds_of(scan, 512, 1, {}, {});
    EXPECT_EQ(seconds_of(scan, 1, 1, {}, {}).joining, 0);
    EXPECT_EQ(seconds_of(scan, 1, 1, {}, {}).waiting, 0);
    EXPECT_NEAR(many.computing * 64, few.computing, 1e-9);
    EXPECT_GE(many.joining, few.joining);
    EXPECT_GT(many.waiting, few.waiting);
    EXPECT_LT(many.sending, few.sending);
}

TEST(cost_model, pairs_take_their_largest_step) {
    const scan_load cube{"a", {100, 100, 100}, 1000000, dtype::uint8, false};
    scan_load filtered = cube;
    filtered.filtered = true;
    cost_model free{.label_bytes = 10, .cube_bytes = 0, .coarse_bytes = 0, .rank_bytes = 0};
    workload work;
    work.chains = 1;
    // Two class volumes, two of what limits keep, and labels.
    EXPECT_DOUBLE_EQ(bytes_per_rank(pair_load{"p", cube, cube, false}, 1, work, free), 14e6);
    work.width = false;
    EXPECT_DOUBLE_EQ(bytes_per_rank(pair_load{"p", cube, cube, false}, 1, work, free), 12e6);
    // Until the last phase: grey as read, as float, and what is known.
    work.chains = 2;
    EXPECT_DOUBLE_EQ(bytes_per_rank(pair_load{"p", cube, cube, false}, 1, work, free), 18e6);
    // Registration: both states and their masks, 4 for the first one, 2 + 4 + 1 for the window of the second.
    free.label_bytes = 0;
    EXPECT_DOUBLE_EQ(bytes_per_rank(pair_load{"p", cube, cube, true}, 1, work, free), 15e6);
    EXPECT_DOUBLE_EQ(
        bytes_per_rank(
            pair_load{"p", cube, filtered, false}, 1, work,
            cost_model{.filter_bytes = 20, .label_bytes = 0, .cube_bytes = 0, .coarse_bytes = 0, .rank_bytes = 0}),
        22e6);
    // Ranks share everything but binned volumes and what each takes anyway.
    EXPECT_LT(bytes_per_rank(pair_load{"p", cube, cube, false}, 8, work, free), 0.3 * 12e6);
}

}  // namespace
}  // namespace tomosweep::cost_model_test
