#include "tomosweep/kernels/preprocess.hpp"

#include <gtest/gtest.h>

#include "oracle/filters.hpp"
#include "support/random_volume.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/binning.hpp"
#include "tomosweep/kernels/gaussian.hpp"

namespace tomosweep::preprocess_test {
namespace {

using test::cut;
using test::random_volume;

template <class T>
std::vector<T> levels(const grey_volume& grey) {
    const auto values = std::get<array3<T>>(grey).values();
    return {values.begin(), values.end()};
}

/// A scan held in memory, which refuses boxes outside of it.
template <class T>
box_reader reader_of(const array3<T>& scan) {
    return [&scan](const box3& box) -> grey_volume {
        require(intersection(box, whole(scan.extent())) == box, "inside the scan");
        return cut(scan, box);
    };
}

TEST(binning, integer_means_round_half_up) {
    array3<std::int16_t> grey({2, 2, 3}, 0);
    grey(0, 0, 0) = 4;  // mean of the cube 0.5
    EXPECT_EQ(binned<std::int16_t>(grey.view(), 2)(0, 0, 0), 1);
    grey(0, 0, 0) = -4;  // -0.5
    EXPECT_EQ(binned<std::int16_t>(grey.view(), 2)(0, 0, 0), 0);
    grey(0, 0, 0) = -5;  // -0.625
    EXPECT_EQ(binned<std::int16_t>(grey.view(), 2)(0, 0, 0), -1);
}

TEST(binning, incomplete_cubes_are_dropped) {
    const auto grey = random_volume<std::uint8_t>({5, 4, 7}, 1, 0, 255);
    EXPECT_EQ(binned<std::uint8_t>(grey.view(), 2).extent(), (extent3{2, 2, 3}));
    EXPECT_EQ(binned<std::uint8_t>(grey.view(), 6).voxels(), 0);
    EXPECT_THROW(binned<std::uint8_t>(grey.view(), 0), internal_error);
}

TEST(binning, float_means_are_exact_for_small_integers) {
    const auto grey = random_volume<std::uint8_t>({4, 6, 4}, 2, 0, 255);
    array3<float> same(grey.extent());
    std::ranges::copy(grey.values(), same.values().begin());
    const auto means = binned<float>(same.view(), 2);
    double sum = 0;
    for (const float mean : means.values())
        sum += 8.0 * mean;
    double expected = 0;
    for (const std::uint8_t value : grey.values())
        expected += value;
    EXPECT_EQ(sum, expected);
}

TEST(preprocessing, is_median_then_gaussian_then_binning) {
    const auto scan = random_volume<std::uint16_t>({8, 10, 12}, 3, 0, 60000);
    const preprocess_spec spec{1, 0.8, 2};
    const auto median = oracle::median(scan, 1);
    const extent3 shape = scan.extent();
    const auto smooth = gaussian_filter<std::uint16_t>(median.view(), whole(shape), whole(shape), shape, 0.8);
    const auto twin = binned<std::uint16_t>(smooth.view(), 2);
    const auto ours = preprocessed(reader_of(scan), shape, whole(shape), whole({4, 5, 6}), spec);
    EXPECT_EQ(levels<std::uint16_t>(ours), levels<std::uint16_t>(cut(twin, whole({4, 5, 6})))) << "seed 3";
}

TEST(preprocessing, of_a_region_sees_the_scan_beyond_it) {
    const auto scan = random_volume<std::uint8_t>({9, 9, 9}, 4, 0, 255);
    const box3 region{{2, 3, 1}, {7, 8, 9}};
    const auto all = preprocessed(reader_of(scan), {9, 9, 9}, whole({9, 9, 9}), whole({9, 9, 9}), {1, 0.5, 1});
    const auto ours = preprocessed(reader_of(scan), {9, 9, 9}, region, whole({5, 5, 8}), {1, 0.5, 1});
    EXPECT_EQ(levels<std::uint8_t>(ours), levels<std::uint8_t>(cut(std::get<array3<std::uint8_t>>(all), region)));
}

TEST(preprocessing, of_any_part_equals_that_part_of_the_whole) {
    const auto scan = random_volume<float>({12, 13, 14}, 5, 0, 1);
    const box3 region{{1, 0, 2}, {12, 13, 14}};
    const preprocess_spec spec{1, 0.6, 2};
    const auto all = preprocessed(reader_of(scan), scan.extent(), region, whole({5, 6, 6}), spec);
    for (const box3& part : {box3{{0, 0, 0}, {5, 3, 6}}, box3{{0, 3, 0}, {5, 6, 1}}, box3{{4, 5, 5}, {5, 6, 6}}}) {
        const auto ours = preprocessed(reader_of(scan), scan.extent(), region, part, spec);
        EXPECT_EQ(levels<float>(ours), levels<float>(cut(std::get<array3<float>>(all), part))) << "seed 5";
    }
}

TEST(preprocessing, without_settings_is_reading) {
    const auto scan = random_volume<std::int16_t>({3, 4, 5}, 6, -100, 100);
    const box3 part{{1, 0, 2}, {3, 3, 5}};
    const auto ours = preprocessed(reader_of(scan), scan.extent(), whole(scan.extent()), part, {});
    EXPECT_EQ(levels<std::int16_t>(ours), levels<std::int16_t>(cut(scan, part)));
}

TEST(preprocessing, of_an_empty_box_is_empty_and_outside_the_region_is_refused) {
    const auto scan = random_volume<std::uint8_t>({4, 4, 4}, 7, 0, 255);
    const box3 region = whole({4, 4, 4});
    const auto none = preprocessed(reader_of(scan), {4, 4, 4}, region, {{2, 2, 2}, {2, 2, 2}}, {1, 1.0, 2});
    EXPECT_EQ(std::get<array3<std::uint8_t>>(none).voxels(), 0);
    EXPECT_THROW(preprocessed(reader_of(scan), {4, 4, 4}, region, whole({3, 2, 2}), {0, 0, 2}), internal_error);
}

TEST(binning_for, gives_the_smallest_cubes_of_which_few_enough_fill_the_volume) {
    EXPECT_EQ(binning_for({10, 10, 10}, 1000), 1);
    EXPECT_EQ(binning_for({10, 10, 10}, 999), 2);
    // 3 x 3 x 1 cubes of 4 voxels, incomplete ones included; edges of 3 would make 4 x 4 x 1.
    EXPECT_EQ(binning_for({10, 10, 2}, 9), 4);
}

}  // namespace
}  // namespace tomosweep::preprocess_test
