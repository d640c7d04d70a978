#include "tomosweep/kernels/neighbourhood.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>

#include "oracle/neighbourhood.hpp"
#include "support/class_volumes.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::neighbourhood_test {
namespace {

using support::class_case;

neighbourhood_table whole_table(const class_case& volume, const depth_bins& depth) {
    const extent3 extent = volume.classes.extent();
    return neighbourhood(volume.classes.view(), whole(extent), whole(extent), extent, volume.phases, depth);
}

/// The sum over the blocks of a grid of cuts, each seeing its halo and nothing else.
neighbourhood_table summed_over_blocks(const class_case& volume, const depth_bins& depth, std::mt19937_64& random) {
    const extent3 extent = volume.classes.extent();
    const auto z = support::random_cuts(random, extent.z, 3), y = support::random_cuts(random, extent.y, 4),
               x = support::random_cuts(random, extent.x, 3);
    neighbourhood_table sum(volume.phases, depth.count);
    for (std::size_t i = 0; i + 1 < z.size(); ++i)
        for (std::size_t j = 0; j + 1 < y.size(); ++j)
            for (std::size_t k = 0; k + 1 < x.size(); ++k) {
                const box3 own{{z[i], y[j], x[k]}, {z[i + 1], y[j + 1], x[k + 1]}};
                const box3 box = grown(own, {1, 1, 1}, whole(extent));
                array3<class_t> block(box.extent());
                copy<class_t>(volume.classes.view().part(box), block.view());
                sum += neighbourhood(block.view(), box, own, extent, volume.phases, depth);
            }
    return sum;
}

TEST(neighbourhood, every_phase_equals_the_literal_count) {
    std::mt19937_64 random(1);
    for (const class_case& volume : support::class_cases(1000)) {
        SCOPED_TRACE(volume.story);
        const depth_bins depth = support::random_depth(random, volume.classes.extent());
        const neighbourhood_table table = whole_table(volume, depth);
        const int step = volume.phases > 100 ? 23 : 1;
        for (int k = 0; k < volume.phases; k += step)
            EXPECT_EQ(table.phase(k), oracle::neighbourhood(volume.classes.view(), k, depth)) << "phase " << k;
    }
}

TEST(neighbourhood, blocks_add_up_to_the_whole_volume) {
    std::mt19937_64 random(2);
    for (const class_case& volume : support::class_cases(2000)) {
        SCOPED_TRACE(volume.story);
        const depth_bins depth = support::random_depth(random, volume.classes.extent());
        EXPECT_EQ(summed_over_blocks(volume, depth, random), whole_table(volume, depth));
    }
}

void expect_literal_counts(const class_case& volume, std::mt19937_64& random) {
    SCOPED_TRACE(volume.story);
    const depth_bins depth = support::random_depth(random, volume.classes.extent());
    const neighbourhood_table table = whole_table(volume, depth);
    for (const int k : std::set{0, volume.phases / 2, volume.phases - 1})
        EXPECT_EQ(table.phase(k), oracle::neighbourhood(volume.classes.view(), k, depth)) << "phase " << k;
    EXPECT_EQ(summed_over_blocks(volume, depth, random), table);
}

// Up to eight phases are counted by bits, more by what voxels change.
constexpr std::array numbers_of_phases{1, 8, 9};

TEST(neighbourhood, counts_stay_literal_where_strips_and_pieces_meet) {
    // More layers than a piece has, more rows than a strip has, and rows so long that strips are lower.
    std::mt19937_64 random(4);
    for (const extent3& extent : {extent3{70, 5, 6}, extent3{3, 70, 7}, extent3{2, 10, 8200}})
        for (const int phases : numbers_of_phases) {
            class_case volume = support::random_classes(extent, phases, 0.1, random());
            cut_region(volume, random());
            expect_literal_counts(volume, random);
        }
}

TEST(neighbourhood, counts_stay_literal_where_uniform_surroundings_end) {
    // One voxel of another class, or a box outside the region, at the ends of the 64 voxels that are looked at
    // together.
    std::mt19937_64 random(5);
    for (const int phases : numbers_of_phases)
        for (const class_t other : {class_t{0}, static_cast<class_t>(phases), class_background, class_outside})
            for (const index_t x : {0, 62, 63, 64, 65, 127, 128, 139}) {
                class_case volume = support::uniform_classes({4, 5, 140}, phases, static_cast<class_t>(phases - 1));
                volume.story += ", but " + std::to_string(other) + " at x = " + std::to_string(x);
                volume.classes(2, 3, x) = other;
                if (other == class_outside)
                    std::fill_n(&volume.classes(3, 0, x), std::min<index_t>(70, 140 - x), other);
                expect_literal_counts(volume, random);
            }
}

TEST(neighbourhood, does_not_depend_on_the_number_of_threads) {
    std::mt19937_64 random(3);
    for (const int phases : {1, 8, 254}) {
        const class_case volume = support::random_classes({9, 150, 70}, phases, 0.3, 3);
        const depth_bins depth = support::random_depth(random, volume.classes.extent());
        const int threads = omp_get_max_threads();
        omp_set_num_threads(1);
        const neighbourhood_table one = whole_table(volume, depth);
        omp_set_num_threads(5);
        const neighbourhood_table five = whole_table(volume, depth);
        omp_set_num_threads(threads);
        EXPECT_EQ(one, five);
    }
}

TEST(neighbourhood, of_a_box_has_its_closed_form) {
    // A 2 x 3 x 4 box of phase inside background: one ball, whose faces are the axis transitions.
    class_case volume = support::uniform_classes({6, 7, 8}, 1, class_background);
    for (index_t z = 1; z < 3; ++z)
        for (index_t y = 2; y < 5; ++y)
            for (index_t x = 3; x < 7; ++x)
                volume.classes(z, y, x) = 0;
    const phase_counts counts = whole_table(volume, {axis::z, {0, 0, 0, 1, 1, 1}, 2}).phase(0);
    EXPECT_EQ(counts.voxels, 24);
    EXPECT_EQ(counts.euler_6, 1);
    EXPECT_EQ(counts.euler_26, 1);
    EXPECT_EQ(counts.transitions[0], 2 * 2 * 3);
    EXPECT_EQ(counts.transitions[1], 2 * 2 * 4);
    EXPECT_EQ(counts.transitions[2], 2 * 3 * 4);
    EXPECT_EQ(counts.depth_voxels, (std::vector<std::int64_t>{24, 0}));
}

TEST(neighbourhood, rejects_a_view_without_its_halo) {
    const class_case volume = support::uniform_classes({4, 4, 4}, 1, 0);
    const box3 own{{4, 0, 0}, {8, 4, 4}};
    const depth_bins depth{axis::y, std::vector<std::int32_t>(4, 0), 1};
    EXPECT_THROW(neighbourhood(volume.classes.view(), own, own, {8, 4, 4}, 1, depth), internal_error);
}

TEST(neighbourhood, rejects_a_layer_whose_bin_does_not_exist) {
    const class_case volume = support::uniform_classes({2, 2, 2}, 1, 0);
    EXPECT_THROW(whole_table(volume, {axis::z, {0, 1}, 1}), internal_error);
}

}  // namespace
}  // namespace tomosweep::neighbourhood_test
