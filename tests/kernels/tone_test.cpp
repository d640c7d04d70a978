#include "tomosweep/kernels/tone.hpp"

#include <gtest/gtest.h>

#include "support/random_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::tone_test {
namespace {

template <class T>
array3<T> row_of(const std::vector<T>& levels) {
    array3<T> row({1, 1, static_cast<index_t>(levels.size())});
    std::ranges::copy(levels, row.values().begin());
    return row;
}

template <class Out, class In>
std::vector<Out> after(const grey_tone& tone, const std::vector<In>& levels, clip_counts* counts = nullptr) {
    const extent3 extent{1, 1, static_cast<index_t>(levels.size())};
    clip_counts ignored;
    const grey_volume result =
        toned(row_of(levels), whole(extent), tone, {}, {whole(extent), {}, 1}, counts != nullptr ? *counts : ignored);
    const auto values = std::get<array3<Out>>(result).values();
    return {values.begin(), values.end()};
}

TEST(tone, window_ends_become_the_ends_of_the_format_and_the_rest_is_rounded_half_up) {
    clip_counts counts;
    const grey_tone tone{{}, {}, grey_window{-10, 500, 8}};  // half a level per source level
    const std::vector<float> levels{-11, -10, -9, -8.5F, 0, 498, 500, 900};
    EXPECT_EQ((after<std::uint8_t>(tone, levels, &counts)), (std::vector<std::uint8_t>{0, 0, 1, 1, 5, 254, 255, 255}));
    EXPECT_EQ(counts.voxels, 8);
    EXPECT_EQ(counts.below, 1);
    EXPECT_EQ(counts.above, 1);
}

TEST(tone, sixteen_bits_hold_sixteen_bits) {
    const grey_tone tone{{}, {}, grey_window{0, 65535, 16}};
    EXPECT_EQ((after<std::uint16_t>(tone, std::vector<std::uint16_t>{0, 1, 77, 65534, 65535})),
              (std::vector<std::uint16_t>{0, 1, 77, 65534, 65535}));
}

TEST(tone, line_is_rounded_half_up_and_cut_to_the_format) {
    clip_counts counts;
    const grey_tone tone{{}, {0.5, -1}, {}};
    EXPECT_EQ((after<std::int16_t>(tone, std::vector<std::int16_t>{-3, 0, 1, 2, 3, 32767}, &counts)),
              (std::vector<std::int16_t>{-2, -1, 0, 0, 1, 16383}));
    EXPECT_EQ(counts.below + counts.above, 0);
    EXPECT_EQ((after<std::uint8_t>(tone, std::vector<std::uint8_t>{0, 1, 2, 255}, &counts)),
              (std::vector<std::uint8_t>{0, 0, 0, 127}));
    EXPECT_EQ(counts.below, 1) << "-1 is cut off, -0.5 is rounded to 0";
    EXPECT_EQ((after<float>(tone, std::vector<float>{-3, 0, 1})), (std::vector<float>{-2.5F, -1, -0.5F}));
}

TEST(tone, is_rounded_once) {
    const grey_tone tone{{}, {0.4, 0}, grey_window{0, 51, 8}};  // 2 levels per source level, not 5 x round(0.4 g)
    EXPECT_EQ((after<std::uint8_t>(tone, std::vector<std::uint8_t>{1, 2, 3, 100})),
              (std::vector<std::uint8_t>{2, 4, 6, 200}));
}

TEST(tone, subtracts_the_ring_at_the_voxels_own_radius_and_slice) {
    // About the corner of voxel (0, 0): the centre of voxel (y, x) lies at sqrt((y + 0.5)^2 + (x + 0.5)^2).
    const ring_spec spec{axis::z, {0, 0}, 15, {}};
    ring_profiles rings{7, ring_radii({20, 3, 3}, spec), {}};
    for (index_t slice = 0; slice < 2; ++slice)
        for (index_t radius = 0; radius < rings.radii; ++radius)
            rings.levels.push_back(static_cast<double>(slice * 100 + 10 * radius));
    const box3 box{{7, 0, 0}, {9, 3, 3}};
    array3<float> grey(box.extent(), 1000);
    clip_counts counts;
    const auto result = std::get<array3<float>>(toned(std::move(grey), box, {spec, {}, {}}, rings, {}, counts));
    EXPECT_FLOAT_EQ(result(0, 0, 0), static_cast<float>(1000 - 10 * std::sqrt(0.5)));
    EXPECT_FLOAT_EQ(result(1, 1, 2), static_cast<float>(900 - 10 * std::sqrt(1.5 * 1.5 + 2.5 * 2.5)));
}

TEST(tone, counts_only_what_the_region_holds) {
    array3<std::uint8_t> mask({1, 1, 2}, 1);
    mask(0, 0, 1) = 0;
    const box3 box{{0, 0, 0}, {2, 2, 6}}, counted{{0, 0, 1}, {2, 2, 5}};
    clip_counts counts;
    toned(array3<std::uint8_t>(box.extent(), 200), box, {{}, {2, 0}, {}}, {}, {counted, mask.view(), 2}, counts);
    EXPECT_EQ(counts.voxels, 8);
    EXPECT_EQ(counts.above, 8);
}

TEST(rings, profile_of_a_radial_pattern_is_the_pattern) {
    const ring_spec spec{axis::z, {60.2, 64.7}, 12, 1000.0, 3};
    array3<float> slice({1, 121, 130});
    const auto ring = [](double radius) { return 20 * std::exp(-(radius - 31) * (radius - 31) / 4); };
    for (index_t y = 0; y < 121; ++y)
        for (index_t x = 0; x < 130; ++x)
            slice(0, y, x) = static_cast<float>(500 + 0.3 * static_cast<double>(x) +
                                                ring(std::sqrt(axis_distance_sq({0, y, x}, spec))));
    const auto profile = ring_profile(std::move(slice), spec);
    ASSERT_EQ(std::ssize(profile), ring_radii({1, 121, 130}, spec));
    for (index_t radius = 5; radius < 55; ++radius)
        EXPECT_NEAR(profile[static_cast<std::size_t>(radius)], ring(static_cast<double>(radius)), 1) << radius;
}

TEST(rings, structure_beyond_the_limit_is_no_ring) {
    const ring_spec spec{axis::z, {50, 50}, 10, 30.0, 1};
    array3<std::uint8_t> slice({1, 100, 100}, 150);
    for (index_t y = 0; y < 100; ++y)
        for (index_t x = 20; x < 26; ++x)
            slice(0, y, x) = 60;
    for (const double level : ring_profile(std::move(slice), spec))
        EXPECT_LT(std::abs(level), 1.5) << "a crack of 90 grey levels, of which interpolated edges below 30 remain";
}

TEST(rings, an_axis_beside_the_slice_is_refused) {
    EXPECT_THROW(ring_profile(array3<float>({1, 5, 5}, 1), {axis::z, {7, 2}, 3, {}}), internal_error);
    EXPECT_THROW(ring_profile(array3<float>({2, 5, 5}, 1), {axis::z, {2, 2}, 3, {}}), internal_error);
}

}  // namespace
}  // namespace tomosweep::tone_test
