#include "tomosweep/ops/grey_statistics.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "support/shared_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::grey_statistics_test {
namespace {

using support::on_all_grids;
using support::part_of;

constexpr unsigned seed = 99;
constexpr extent3 extent{11, 7, 6};

template <class T>
array3<T> random_grey() {
    std::mt19937 random(seed);
    array3<T> grey(extent);
    for (T& value : grey.values())
        value = static_cast<T>(static_cast<int>(random() % 301) - (std::is_signed_v<T> ? 150 : 0));
    return grey;
}

array3<std::uint8_t> random_mask() {
    std::mt19937 random(seed + 1);
    array3<std::uint8_t> mask(extent);
    for (std::uint8_t& value : mask.values())
        value = static_cast<std::uint8_t>(random() % 3);
    return mask;
}

template <class T>
void expect_statistics(const communicator& ranks) {
    SCOPED_TRACE(seed);
    const auto grey = random_grey<T>();
    const auto mask = random_mask();
    std::map<double, std::int64_t> counts;
    for (index_t i = 0; i < grey.voxels(); ++i)
        if (mask.data()[i] != 0)
            ++counts[static_cast<double>(grey.data()[i])];
    on_all_grids(ranks, extent, [&](const domain& grid) {
        const grey_volume own = part_of(grey, grid.own());
        const auto own_mask = part_of(mask, grid.own());
        const grey_limits range = grey_range(grid, own, own_mask.view());
        EXPECT_EQ(range, (grey_limits{counts.begin()->first, counts.rbegin()->first}));
        const grey_histogram histogram = histogram_of(grid, own, own_mask.view());
        std::map<double, std::int64_t> found;
        for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
            if (histogram.counts[bin] != 0)
                found[std::round(histogram.grey(bin))] += histogram.counts[bin];
        EXPECT_EQ(found, counts);
    });
}

TEST(grey_statistics, integers_are_counted_by_grey_level_whatever_the_grid) {
    const auto ranks = communicator::world();
    expect_statistics<std::uint8_t>(ranks);
    expect_statistics<std::uint16_t>(ranks);
    expect_statistics<std::int16_t>(ranks);
}

TEST(grey_statistics, floats_are_counted_in_bins_over_the_range_of_the_whole_volume) {
    expect_statistics<float>(communicator::world());
}

TEST(grey_statistics, no_voxel_in_the_mask_is_no_range_and_no_count) {
    const auto ranks = communicator::world();
    const domain grid(ranks, extent);
    const array3<std::uint8_t> mask(grid.own().extent(), 0);
    const grey_volume bytes = array3<std::uint8_t>(grid.own().extent(), 9);
    const grey_volume floats = array3<float>(grid.own().extent(), 9.0F);
    EXPECT_EQ(grey_range(grid, bytes, mask.view()), grey_limits{});
    EXPECT_EQ(histogram_of(grid, bytes, mask.view()).counts, std::vector<std::int64_t>(256, 0));
    EXPECT_EQ(histogram_of(grid, floats, mask.view()), grey_histogram{});
}

TEST(grey_statistics, no_mask_keeps_every_voxel) {
    const auto ranks = communicator::world();
    const domain grid(ranks, extent);
    const grey_volume own = array3<std::uint8_t>(grid.own().extent(), 9);
    EXPECT_EQ(grey_range(grid, own), (grey_limits{9, 9}));
    EXPECT_EQ(histogram_of(grid, own).counts[9], voxel_count(extent));
}

TEST(grey_statistics, throw_on_every_rank_when_one_brings_the_wrong_mask) {
    const auto ranks = communicator::world();
    const domain grid(ranks, extent);
    const grey_volume own = array3<std::uint8_t>(grid.own().extent(), 9);
    const array3<std::uint8_t> mask(ranks.root() ? extent + index3{1, 1, 1} : grid.own().extent(), 1);
    EXPECT_THROW(histogram_of(grid, own, mask.view()), error);
}

}  // namespace
}  // namespace tomosweep::grey_statistics_test
