#include "tomosweep/kernels/thickness.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <deque>
#include <map>
#include <random>

#include "oracle/thickness.hpp"
#include "support/phase_volumes.hpp"
#include "tomosweep/kernels/distance.hpp"

namespace tomosweep::thickness_test {
namespace {

std::vector<distance_sq_t> values(const array3<distance_sq_t>& map) {
    return {map.values().begin(), map.values().end()};
}

/// Slabs are cut per thread, so more threads mean thinner slabs.
class threads_set {
public:
    explicit threads_set(int threads) : usual_(omp_get_max_threads()) { omp_set_num_threads(threads); }
    threads_set(const threads_set&) = delete;
    threads_set& operator=(const threads_set&) = delete;
    ~threads_set() { omp_set_num_threads(usual_); }

private:
    int usual_;
};

TEST(thickness, equals_the_largest_covering_ball_for_any_number_of_threads) {
    for (const support::named_volume& volume : support::small_volumes()) {
        const auto expected = values(oracle::local_thickness(volume.classes.view(), 1));
        for (const int threads : {1, 2, 5}) {
            const threads_set set(threads);
            EXPECT_EQ(values(local_thickness(volume.classes.view(), 1)), expected)
                << volume.name << ", " << threads << " threads";
        }
    }
}

TEST(thickness, is_the_same_in_16_bits_unless_a_distance_is_256_voxels) {
    const auto blobs = support::blobs({20, 15, 80}, 20, 8, 12);
    const auto near = short_local_thickness(blobs.classes.view(), 0);
    ASSERT_TRUE(near.has_value());
    const auto same = local_thickness(blobs.classes.view(), 0);
    EXPECT_TRUE(std::ranges::equal(near->values(), same.values()));
    for (const index_t length : {256, 257}) {
        const auto line = support::one_background_voxel({1, 1, length}, {0, 0, 0});
        EXPECT_EQ(short_local_thickness(line.classes.view(), 0).has_value(), length == 256);
    }
}

TEST(thickness, is_exact_for_balls_wider_than_a_word) {
    for (const extent3& extent : {extent3{2, 20, 130}, extent3{16, 2, 150}, extent3{2, 3, 300}}) {
        auto volume = support::one_background_voxel(extent, {extent.z - 1, 0, extent.x / 3});
        volume.classes(0, extent.y / 2, extent.x - 1) = 2;
        EXPECT_EQ(values(local_thickness(volume.classes.view(), 1)),
                  values(oracle::local_thickness(volume.classes.view(), 1)));
    }
}

TEST(thickness, balls_from_other_blocks_reach_in) {
    const auto volume = support::blobs({20, 15, 80}, 20, 8, 12);
    const auto classes = volume.classes.view();
    const box3 all = whole(classes.extent());
    const auto expected = oracle::local_thickness(classes, 0);
    auto balls = find_centres(squared_distance(classes, 0).view(), all, all, 1000).unpacked();
    std::shuffle(balls.begin(), balls.end(), std::mt19937_64(3));
    for (const box3& box :
         {box3{{0, 0, 0}, {9, 15, 65}}, box3{{9, 10, 65}, {20, 15, 80}}, box3{{4, 5, 6}, {5, 6, 7}}}) {
        array3<distance_sq_t> block(box.extent(), 0);
        paint_thickness_map(classes.part(box), 0, box, {}, balls, block.view());
        array3<distance_sq_t> wanted(box.extent());
        copy(view3<const distance_sq_t>(expected.view()).part(box), wanted.view());
        EXPECT_EQ(values(block), values(wanted));
    }
}

TEST(thickness, a_slab_reads_its_inner_width) {
    // Five layers between background: distance 3 at the middle layer, 2.5 rounded to the voxel grid.
    array3<class_t> classes({9, 40, 70}, class_background);
    for (index_t z = 2; z < 7; ++z)
        std::fill_n(classes.view().row(z, 0), 40 * 70, class_t{0});
    const auto map = local_thickness(classes.view(), 0);
    oracle::for_each_voxel(
        classes.extent(), [&](const index3& at) { EXPECT_EQ(map(at.z, at.y, at.x), at.z >= 2 && at.z < 7 ? 9U : 0U); });
}

TEST(thickness, every_phase_voxel_is_handed_over_exactly_once) {
    const auto volume = support::noise({5, 17, 130}, 0.8, 0.05, 13);
    const auto classes = volume.classes.view();
    const box3 box = whole(classes.extent());
    const auto distance = squared_distance(classes, 1);
    const auto balls = find_centres(distance.view(), box, box, max_distance_sq(distance.view()));
    std::deque<std::map<distance_sq_t, index_t>> counts;
    paint_thickness(classes, 1, box, balls, {}, [&]() -> run_sink {
        return [&count = counts.emplace_back()](std::span<const painted_run> runs) {
            for (const painted_run& run : runs)
                count[run.radius_sq] += std::popcount(run.voxels);
        };
    });
    std::map<distance_sq_t, index_t> sum, expected;
    for (const auto& count : counts)
        for (const auto& [radius_sq, voxels] : count)
            sum[radius_sq] += voxels;
    for (const distance_sq_t radius_sq : values(oracle::local_thickness(classes, 1)))
        if (radius_sq != 0)
            ++expected[radius_sq];
    EXPECT_EQ(sum, expected);
}

/// A phase of a chain: the balls that the phase before does not have, and what is expected of it.
struct grown_phase {
    std::vector<ball> fresh;
    array3<distance_sq_t> thickness;
};

std::vector<grown_phase> phases_of(const support::named_volume& volume, int count) {
    const box3 all = whole(volume.classes.extent());
    std::vector<grown_phase> phases;
    ball_list before(all);
    for (int phase = 0; phase < count; ++phase) {
        const auto distance = squared_distance(volume.classes.view(), phase);
        ball_list balls = find_centres(distance.view(), all, all, max_distance_sq(distance.view()));
        phases.push_back({balls.without(before).unpacked(), oracle::local_thickness(volume.classes.view(), phase)});
        before = std::move(balls);
    }
    return phases;
}

void expect_repainted(const support::named_volume& volume, const std::vector<grown_phase>& phases, const box3& box) {
    const auto classes = volume.classes.view().part(box);
    known_thickness known(box.extent().z);
    for (std::size_t phase = 0; phase < phases.size(); ++phase) {
        array3<distance_sq_t> map(box.extent(), 0), wanted(box.extent());
        copy(view3<const distance_sq_t>(phases[phase].thickness.view()).part(box), wanted.view());
        repaint_thickness(classes, static_cast<int>(phase), box, {}, phases[phase].fresh, known, [&]() -> radii_sink {
            return [&map](const row_radii& row) {
                for (std::size_t i = 0; i < row.radii_sq.size(); ++i)
                    map(row.z, row.y, row.x + static_cast<index_t>(i)) += row.radii_sq[i];
            };
        });
        EXPECT_EQ(values(map), values(wanted)) << volume.name << ", phase " << phase;
    }
}

TEST(thickness, of_growing_phases_needs_only_the_balls_that_are_new) {
    const extent3 extent{2, 24, 70};
    auto wide = support::one_background_voxel(extent, {0, 0, 0});
    wide.name = "squared radii of one byte and of two";
    for (index_t y = 0; y < extent.y; ++y)
        for (const index_t z : {0, 1})
            std::replace(wide.classes.view().row(z, y), wide.classes.view().row(z, y) + extent.x, class_t{0},
                         static_cast<class_t>(y / 6));
    std::deque<support::named_volume> volumes;
    volumes.push_back(std::move(wide));
    volumes.push_back(support::growing_blobs({11, 12, 40}, 5, 40));
    // Balls that stay from phase to phase, and small new ones that reach into them.
    volumes.push_back(support::blobs({11, 12, 40}, 12, 6, 51));
    std::mt19937_64 random(52);
    for (class_t& value : volumes.back().classes.values())
        if (value == class_background && random() % 4 == 0)
            value = static_cast<class_t>(1 + random() % 4);
    for (const support::named_volume& volume : volumes) {
        const auto phases = phases_of(volume, 5);
        for (const int threads : {1, 2, 5}) {
            const threads_set set(threads);
            const box3 all = whole(volume.classes.extent());
            expect_repainted(volume, phases, all);
            expect_repainted(volume, phases, {{1, 4, 13}, all.hi - index3{0, 0, 7}});
        }
    }
}

TEST(thickness, what_no_ball_covers_is_one_voxel_wide) {
    const auto volume = support::filled({3, 3, 3}, 0);
    array3<distance_sq_t> map(volume.classes.extent(), 0);
    const std::vector<ball> balls = {{0, 0, 0, 5}};
    paint_thickness_map(volume.classes.view(), 0, whole(map.extent()), {}, balls, map.view());
    oracle::for_each_voxel(map.extent(), [&](const index3& at) {
        EXPECT_EQ(map(at.z, at.y, at.x), oracle::distance_sq(at, {0, 0, 0}) < 5 ? 5U : 1U);
    });
}

}  // namespace
}  // namespace tomosweep::thickness_test
