#include "tomosweep/campaign/grey_scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "support/witness.hpp"
#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/scan_block.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::grey_scale_test {
namespace {

scan_spec scan_of(const source_spec& source) {
    scan_spec scan;
    scan.id = std::string("s");
    scan.voxel_size_um = 1;
    scan.source = source;
    return scan;
}

/// An electrode whose rings stand about an axis beside the middle, each layer with its own.
phantom_source ringed_electrode(const extent3& shape) {
    phantom_source phantom;
    phantom.shape = shape;
    phantom.blur_sigma = 0.7;
    phantom.noise_sigma = 6;
    phantom.ring_count = 30;
    phantom.ring_amplitude = 16;
    phantom.ring_center = {{static_cast<double>(shape.y) * 0.47, static_cast<double>(shape.x) * 0.52}};
    return phantom;
}

ring_spec about(const phantom_source& phantom) {
    ring_spec rings;
    std::ranges::copy(*phantom.ring_center, rings.center);
    return rings;
}

/// This rank's block of a scan.
struct loaded {
    box3 own;
    scan_block block;
};

loaded load(const scan_spec& scan, const communicator& ranks) {
    const auto source = open_source(scan.source);
    scan_frame frame = frame_of(scan, source->extent(), source->type(), "job");
    frame.inputs = inputs_hash(source->files(), {});
    const domain grid(ranks, frame.volume);
    return {grid.own(), load_block(scan, frame, grid)};
}

/// Mean square of the difference of two 8-bit scans. Collective.
double mean_square(const communicator& ranks, const scan_spec& a, const scan_spec& b) {
    const loaded first = load(a, ranks), second = load(b, ranks);
    const auto &one = std::get<array3<std::uint8_t>>(first.block.grey),
               &other = std::get<array3<std::uint8_t>>(second.block.grey);
    std::int64_t sums[] = {0, one.voxels()};
    for (index_t i = 0; i < one.voxels(); ++i) {
        const std::int64_t off = std::int64_t{one.data()[i]} - std::int64_t{other.data()[i]};
        sums[0] += off * off;
    }
    ranks.sum(std::span<std::int64_t>(sums));
    return static_cast<double>(sums[0]) / static_cast<double>(sums[1]);
}

TEST(grey_scale, rings_lose_more_than_nine_tenths_of_their_energy) {
    const auto ranks = communicator::world();
    phantom_source phantom = ringed_electrode({2, 420, 430});
    const scan_spec ringed = scan_of(phantom);
    scan_spec corrected = ringed;
    corrected.grey.rings = about(phantom);
    phantom.ring_count = 0;
    const scan_spec clean = scan_of(phantom);
    const double before = mean_square(ranks, ringed, clean), after = mean_square(ranks, corrected, clean);
    EXPECT_GT(before, 10);
    EXPECT_LT(after, before / 10);
}

TEST(grey_scale, looking_for_rings_where_none_are_changes_little) {
    const auto ranks = communicator::world();
    phantom_source phantom = ringed_electrode({2, 420, 430});
    phantom.ring_count = 0;
    scan_spec corrected = scan_of(phantom);
    corrected.grey.rings = about(phantom);
    EXPECT_LT(mean_square(ranks, corrected, scan_of(phantom)), 0.5) << "grey levels squared, beside noise of 36";
}

/// Everything that may be done to grey levels at once.
scan_spec changed_in_every_way(axis ring_axis) {
    const phantom_source phantom = ringed_electrode({13, 30, 41});
    scan_spec scan = scan_of(phantom);
    scan.region.box.box = {{1, 2, 3}, {12, 29, 40}};
    scan.region.cylinder = cylinder{axis::z, {15, 20}, 12};
    scan.grey.rings = about(phantom);
    scan.grey.rings->direction = ring_axis;
    if (ring_axis != axis::z)
        scan.grey.rings->center[0] = 6;
    scan.grey.normalise.emplace();
    scan.grey.normalise->line = grey_line{1.7, -20};
    scan.grey.window.emplace();
    scan.grey.window->bits = 16;
    scan.grey.window->percentiles = {2, 97};
    scan.preprocess = {1, 0.5, 2};
    return scan;
}

TEST(grey_scale, grey_levels_and_counts_do_not_depend_on_the_ranks) {
    const auto ranks = communicator::world();
    const auto alone = ranks.split(ranks.rank());
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        const scan_spec scan = changed_in_every_way(direction);
        const loaded part = load(scan, ranks), all = load(scan, alone);
        const auto& whole_grey = std::get<array3<std::uint16_t>>(all.block.grey);
        const auto& own_grey = std::get<array3<std::uint16_t>>(part.block.grey);
        ASSERT_EQ(own_grey.voxels(), part.own.voxels());
        std::int64_t different = 0;
        for (index_t z = part.own.lo.z; z < part.own.hi.z; ++z)
            for (index_t y = part.own.lo.y; y < part.own.hi.y; ++y)
                for (index_t x = part.own.lo.x; x < part.own.hi.x; ++x)
                    different +=
                        own_grey(z - part.own.lo.z, y - part.own.lo.y, x - part.own.lo.x) != whole_grey(z, y, x);
        EXPECT_EQ(different, 0);
        EXPECT_EQ(part.block.window, all.block.window);
        std::int64_t counts[] = {part.block.clipped.voxels, part.block.clipped.below, part.block.clipped.above};
        ranks.sum(std::span<std::int64_t>(counts));
        EXPECT_EQ(counts[0], all.block.clipped.voxels);
        EXPECT_EQ(counts[1], all.block.clipped.below);
        EXPECT_EQ(counts[2], all.block.clipped.above);
        EXPECT_GT(counts[1], 0);
    }
}

TEST(grey_scale, a_window_by_percentiles_lies_at_order_statistics_of_the_region) {
    const auto ranks = communicator::world();
    scan_spec scan = scan_of(ringed_electrode({5, 20, 30}));
    scan.region.cylinder = cylinder{axis::z, {10, 15}, 7};
    std::vector<std::uint8_t> levels;
    const auto grey = std::get<array3<std::uint8_t>>(open_source(scan.source)->read(whole({5, 20, 30})));
    for (index_t z = 0; z < 5; ++z)
        for (index_t y = 0; y < 20; ++y)
            for (index_t x = 0; x < 30; ++x)
                if (std::hypot(static_cast<double>(y) + 0.5 - 10, static_cast<double>(x) + 0.5 - 15) <= 7)
                    levels.push_back(grey(z, y, x));
    std::ranges::sort(levels);
    const auto at = [&](double percent) {
        return levels[static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(levels.size()))) - 1];
    };
    scan.grey.window.emplace();
    scan.grey.window->percentiles = {1, 90};
    const loaded part = load(scan, ranks);
    EXPECT_EQ(part.block.window, (grey_window{static_cast<double>(at(1)), static_cast<double>(at(90)), 8}));
    std::int64_t counts[] = {part.block.clipped.voxels, part.block.clipped.below, part.block.clipped.above};
    ranks.sum(std::span<std::int64_t>(counts));
    EXPECT_EQ(counts[0], std::ssize(levels));
    EXPECT_EQ(counts[1], std::ranges::count_if(levels, [&](std::uint8_t level) { return level < at(1); }));
    EXPECT_EQ(counts[2], std::ranges::count_if(levels, [&](std::uint8_t level) { return level > at(90); }));
}

TEST(grey_scale, percentiles_at_one_grey_level_are_refused_on_every_rank) {
    phantom_source flat;
    flat.shape = {4, 5, 6};
    flat.crack_width_collector = flat.crack_width_separator = 0;
    scan_spec scan = scan_of(flat);
    scan.grey.window.emplace();
    scan.grey.window->percentiles = {1, 99};
    EXPECT_THROW(load(scan, communicator::world()), input_error);
}

}  // namespace
}  // namespace tomosweep::grey_scale_test
