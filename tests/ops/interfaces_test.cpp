#include "tomosweep/ops/interfaces.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "support/shared_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::interfaces_test {
namespace {

using support::on_all_grids;
using support::part_of;

constexpr interface_levels levels{190, 105, false};

double collector_at(double y, double x) {
    return 8.3 + 0.06 * y - 0.04 * x + 0.001 * x * x;
}
double separator_at(double y, double x) {
    return 37.4 - 0.05 * y + 0.03 * x + 0.0008 * y * y;
}

double part_below(double height, index_t z) {
    return std::clamp(height - static_cast<double>(z), 0.0, 1.0);
}

/// Collector, electrode and electrolyte with mean greys in cut voxels; `crack` says which columns have none of the
/// electrode's upper half, `fibre` which ones have a fibre lying on it.
template <class T, class Chooses>
array3<T> layered(const extent3& extent, const Chooses& crack, const Chooses& fibre) {
    array3<T> grey(extent);
    for (index_t y = 0; y < extent.y; ++y)
        for (index_t x = 0; x < extent.x; ++x) {
            const double v = static_cast<double>(y) + 0.5, u = static_cast<double>(x) + 0.5;
            const double bottom = collector_at(v, u);
            const double top = crack(y, x) ? (bottom + separator_at(v, u)) / 2 : separator_at(v, u);
            for (index_t z = 0; z < extent.z; ++z) {
                double level = 60 + 90 * part_below(top, z) + 80 * part_below(bottom, z);
                if (fibre(y, x) && static_cast<double>(z) >= top - 0.5 && static_cast<double>(z) < top + 6)
                    level = 220;
                grey(z, y, x) = static_cast<T>(level);
            }
        }
    return grey;
}

using chooser = bool (*)(index_t, index_t);
bool never(index_t, index_t) {
    return false;
}
bool in_cracks(index_t y, index_t x) {
    return (y + x) % 21 < 5 || x % 17 < 2;
}
bool under_fibres(index_t y, index_t x) {
    return (2 * y + x) % 40 < 6;
}

/// The own blocks' interfaces on this grid.
template <class T>
electrode_interfaces found_on(const domain& grid, const array3<T>& whole_grey, double step,
                              const array3<std::uint8_t>& mask = {}) {
    const grey_volume own = part_of(whole_grey, grid.own());
    const array3<std::uint8_t> kept = mask.voxels() > 0 ? part_of(mask, grid.own()) : array3<std::uint8_t>();
    // Few voxels per slab, so that there are several.
    return find_interfaces(grid, own, kept.voxels() > 0 ? kept.view() : view3<const std::uint8_t>(), levels, step,
                           9000);
}

/// The same without other ranks.
template <class T>
electrode_interfaces found_alone(const communicator& ranks, const array3<T>& grey, double step,
                                 const array3<std::uint8_t>& mask = {}) {
    const communicator alone = ranks.split(ranks.rank());
    return found_on(domain(alone, grey.extent()), grey, step, mask);
}

void expect_same(const electrode_interfaces& found, const electrode_interfaces& expected) {
    for (const auto part : {&electrode_interfaces::collector, &electrode_interfaces::separator}) {
        EXPECT_EQ((found.*part).map.heights, (expected.*part).map.heights);
        EXPECT_EQ((found.*part).states, (expected.*part).states);
    }
}

double worst_error(const height_map& map, double (*truth)(double, double)) {
    double worst = 0;
    for (index_t row = 0; row < map.rows; ++row)
        for (index_t column = 0; column < map.columns; ++column)
            worst = std::max(worst, std::abs(map.cell(row, column) - truth(map.middle(row), map.middle(column))));
    return worst;
}

TEST(interfaces, are_within_a_tenth_of_a_voxel_where_nothing_disturbs_them) {
    const auto ranks = communicator::world();
    const auto grey = layered<std::uint8_t, chooser>({52, 60, 70}, never, never);
    const auto found = found_alone(ranks, grey, 8);
    EXPECT_EQ(found.collector.map.rows, 8);
    EXPECT_EQ(found.collector.map.columns, 9);
    EXPECT_LT(worst_error(found.collector.map, collector_at), 0.1);
    EXPECT_LT(worst_error(found.separator.map, separator_at), 0.1);
    EXPECT_EQ(std::ranges::count(found.separator.states, cell_state::measured), 72);
}

TEST(interfaces, hardly_move_under_cracks_that_reach_the_surface_and_fibres_that_lie_on_it) {
    const auto ranks = communicator::world();
    const auto grey = layered<std::uint8_t, chooser>({52, 60, 70}, in_cracks, under_fibres);
    const auto found = found_alone(ranks, grey, 8);
    EXPECT_LT(worst_error(found.collector.map, collector_at), 0.1);
    EXPECT_LT(worst_error(found.separator.map, separator_at), 0.3);
}

TEST(interfaces, cells_that_a_wide_crack_takes_whole_are_filled_from_their_neighbours) {
    const auto ranks = communicator::world();
    const chooser wide = [](index_t y, index_t x) { return y >= 16 && y < 32 && x >= 20 && x < 44; };
    const auto found = found_alone(ranks, layered<std::uint8_t, chooser>({52, 60, 70}, wide, never), 8);
    EXPECT_EQ(std::ranges::count(found.separator.states, cell_state::filled), 4) << "two whole, and two half or more";
    EXPECT_LT(worst_error(found.separator.map, separator_at), 0.3);
}

TEST(interfaces, are_the_same_on_every_grid_of_ranks_for_every_number_format) {
    const auto ranks = communicator::world();
    const extent3 extent{50, 29, 37};
    std::mt19937 random(11);
    array3<std::uint8_t> mask(extent, 1);
    for (index_t y = 0; y < 29; ++y)
        for (index_t x = 0; x < 37; ++x)
            if ((y - 14) * (y - 14) + (x - 18) * (x - 18) > 200)
                for (index_t z = 0; z < 50; ++z)
                    mask(z, y, x) = 0;
    const auto expect_on_all_grids = [&]<class T>(T) {
        auto grey = layered<T, chooser>(extent, in_cracks, under_fibres);
        for (T& value : grey.values())
            value = static_cast<T>(static_cast<double>(value) + static_cast<double>(random() % 20));
        for (const double step : {5.0, 3.7}) {
            const auto plain = found_alone(ranks, grey, step), kept = found_alone(ranks, grey, step, mask);
            on_all_grids(ranks, extent, [&](const domain& grid) {
                expect_same(found_on(grid, grey, step), plain);
                expect_same(found_on(grid, grey, step, mask), kept);
            });
            EXPECT_GT(std::ranges::count(kept.collector.states, cell_state::outside), 0);
        }
    };
    expect_on_all_grids(std::uint8_t{});
    expect_on_all_grids(std::uint16_t{});
    expect_on_all_grids(std::int16_t{});
    expect_on_all_grids(float{});
}

TEST(interfaces, that_are_not_in_the_scan_are_an_error_on_every_rank) {
    const auto ranks = communicator::world();
    const extent3 extent{20, 9, 8};
    on_all_grids(ranks, extent, [&](const domain& grid) {
        for (const int grey : {40, 150, 230})
            EXPECT_THROW(found_on(grid, array3<float>(extent, static_cast<float>(grey)), 4), input_error);
    });
}

}  // namespace
}  // namespace tomosweep::interfaces_test
