#include "tomosweep/kernels/histogram.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "support/random_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::histogram_test {
namespace {

using test::random_volume;

/// Number of voxels by grey level, counted one by one.
template <class T>
std::map<double, std::int64_t> counted(const array3<T>& grey, const array3<std::uint8_t>& mask) {
    std::map<double, std::int64_t> counts;
    for (std::size_t i = 0; i < grey.values().size(); ++i)
        if (mask.values()[i] != 0)
            ++counts[static_cast<double>(grey.values()[i])];
    return counts;
}

template <class T>
class integer_histogram : public testing::Test {};
using integer_types = testing::Types<std::uint8_t, std::uint16_t, std::int16_t>;
TYPED_TEST_SUITE(integer_histogram, integer_types);

TYPED_TEST(integer_histogram, counts_every_grey_level_inside_the_mask) {
    using limits = std::numeric_limits<TypeParam>;
    auto grey = random_volume<TypeParam>({7, 9, 11}, 21, limits::min(), limits::max());
    grey(0, 0, 0) = limits::min();
    grey(6, 8, 10) = limits::max();
    auto mask = random_volume<std::uint8_t>({7, 9, 11}, 22, 0, 1);
    mask(0, 0, 0) = mask(6, 8, 10) = 2;
    const auto expected = counted(grey, mask);
    array3<TypeParam> held(grey.extent());
    copy<TypeParam>(grey.view(), held.view());
    const grey_histogram histogram = histogram_of(std::move(held), {}, mask.view());
    EXPECT_EQ(histogram.counts.size(), std::size_t{1} << (8 * sizeof(TypeParam)));
    EXPECT_EQ(histogram.first, limits::min());
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const auto found = expected.find(histogram.grey(bin));
        ASSERT_EQ(histogram.counts[bin], found == expected.end() ? 0 : found->second) << "seeds 21, 22, bin " << bin;
    }
}

TEST(float_histogram, bins_part_the_range_evenly) {
    array3<float> grey({1, 1, 6});
    const float levels[] = {-1.0F, 1.0F, 0.0F, -2.0F, 3.0F, 0.999F};
    std::ranges::copy(levels, grey.values().begin());
    const grey_histogram histogram = histogram_of(std::move(grey), {-1, 1});
    EXPECT_EQ(histogram.counts.front(), 2);          // -1 and everything below
    EXPECT_EQ(histogram.counts.back(), 2);           // 1 and everything above
    EXPECT_EQ(histogram.counts[float_bins / 2], 1);  // 0 stands on a border and belongs to the upper bin
    EXPECT_DOUBLE_EQ(histogram.step, 2.0 / 65536);
    EXPECT_DOUBLE_EQ(histogram.first, -1 + 1.0 / 65536);
    EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0}), 6);
}

TEST(float_histogram, of_one_level_has_it_in_the_first_bin) {
    const grey_histogram histogram = histogram_of(array3<float>({2, 2, 2}, 0.25F), {0.25, 0.25});
    EXPECT_EQ(histogram.counts[0], 8);
    EXPECT_EQ(histogram.grey(0), 0.25);
}

TEST(grey_range, spans_what_the_mask_keeps) {
    array3<std::int16_t> grey({1, 2, 2});
    const std::int16_t levels[] = {-7, 5, 9, -30};
    std::ranges::copy(levels, grey.values().begin());
    array3<std::uint8_t> mask({1, 2, 2}, 1);
    mask(0, 1, 1) = 0;
    const grey_volume held = std::move(grey);
    EXPECT_EQ(grey_range(held), (grey_limits{-30, 9}));
    EXPECT_EQ(grey_range(held, mask.view()), (grey_limits{-7, 9}));
}

TEST(grey_range, of_nothing_is_empty) {
    const array3<std::uint8_t> mask({2, 2, 2}, 0);
    const grey_limits none = grey_range(array3<float>({2, 2, 2}, 1.0F), mask.view());
    EXPECT_GT(none.low, none.high);
    EXPECT_THROW(histogram_of(array3<float>({2, 2, 2}, 1.0F), none), internal_error);
}

TEST(histogram, refuses_a_mask_of_another_extent) {
    const array3<std::uint8_t> mask({2, 2, 1}, 1);
    EXPECT_THROW(histogram_of(array3<std::uint8_t>({2, 2, 2}, 1), {}, mask.view()), internal_error);
    EXPECT_THROW(grey_range(array3<std::uint8_t>({2, 2, 2}, 1), mask.view()), internal_error);
}

}  // namespace
}  // namespace tomosweep::histogram_test
