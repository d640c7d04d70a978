#include "tomosweep/io/phantom_interfaces.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_source.hpp"
#include "tomosweep/io/phantom_truth.hpp"

namespace tomosweep::phantom_interfaces_test {
namespace {

using grey8 = array3<std::uint8_t>;

grey8 read(const phantom_source& phantom, const box3& box) {
    return std::get<grey8>(open_phantom(phantom)->read(box));
}
grey8 read_all(const phantom_source& phantom) {
    return read(phantom, whole(phantom.shape));
}

phantom_source bent() {
    phantom_source phantom;
    phantom.shape = {64, 40, 56};
    phantom.stack = phantom_stack{};
    phantom.stack->collector = {12.3, 0.05, -0.03, 2.5};
    phantom.stack->separator = {47.6, -0.08, 0.04, -3.25};
    return phantom;
}

/// Height of the boundary between a bright and a black part of a column as the grey that it holds: every voxel gives
/// what of it lies below.
double height_by_grey(const grey8& grey, index_t y, index_t x, double bright) {
    double sum = 0;
    for (index_t z = 0; z < grey.extent().z; ++z)
        sum += grey(z, y, x);
    return sum / bright;
}

TEST(phantom_interfaces, columns_hold_the_grey_of_what_lies_below_each_interface) {
    phantom_source phantom = bent();
    phantom.crack_width_collector = phantom.crack_width_separator = 0;
    for (const bool of_collector : {true, false}) {
        phantom.stack->collector_grey = 200;
        phantom.solid_grey = phantom.crack_grey = of_collector ? 0 : 200;
        phantom.stack->electrolyte_grey = 0;
        const grey8 grey = read_all(phantom);
        const phantom_interface& surface = of_collector ? phantom.stack->collector : phantom.stack->separator;
        for (index_t y = 0; y < 40; ++y)
            for (index_t x = 0; x < 56; ++x)
                EXPECT_NEAR(
                    height_by_grey(grey, y, x, 200),
                    height_at(surface, phantom.shape, static_cast<double>(y) + 0.5, static_cast<double>(x) + 0.5),
                    0.5 / 200)
                    << y << ", " << x;
    }
}

TEST(phantom_interfaces, heights_are_those_of_the_stated_form) {
    const phantom_interface surface{10, 0.5, -0.25, 3};
    EXPECT_DOUBLE_EQ(height_at(surface, {9, 8, 12}, 4, 6), 10) << "in the middle of the field";
    EXPECT_DOUBLE_EQ(height_at(surface, {9, 8, 12}, 8, 6), 10 + 0.5 * 4 + 3) << "at the middle of an edge";
    EXPECT_DOUBLE_EQ(height_at(surface, {9, 8, 12}, 0, 12), 10 - 0.5 * 4 - 0.25 * 6 + 6) << "in a corner";
}

TEST(phantom_interfaces, gaps_are_those_of_a_dense_grid_of_points) {
    const phantom_source phantom = bent();
    phantom_interface lower = phantom.stack->collector, upper = phantom.stack->separator;
    for (const bool swapped : {false, true}) {
        double least = HUGE_VAL, sum = 0;
        constexpr int points = 400;
        for (int j = 0; j < points; ++j)
            for (int i = 0; i < points; ++i) {
                const double y = 40 * (j + 0.5) / points, x = 56 * (i + 0.5) / points;
                const double gap = height_at(upper, phantom.shape, y, x) - height_at(lower, phantom.shape, y, x);
                least = std::min(least, gap);
                sum += gap;
            }
        EXPECT_NEAR(mean_gap(lower, upper), sum / points / points, 1e-4) << swapped;
        EXPECT_NEAR(least_gap(lower, upper, phantom.shape), least, 0.1)
            << "the grid ends half a step before the corners";
        EXPECT_LE(least_gap(lower, upper, phantom.shape), least);
        std::swap(lower.bow, upper.bow);
    }
}

TEST(phantom_interfaces, shares_of_layers_add_up_to_the_mean_thickness) {
    const phantom_source phantom = bent();
    double sum = 0;
    for (const double share : electrode_share_of_layers(phantom))
        sum += share;
    // The middles of the columns stand for their whole; the bows, 5.75 together, lose 1 / (3 n^2) of
    // themselves along each axis.
    EXPECT_NEAR(sum, truth_of(phantom).electrode_thickness, 6 / 3.0 * (1.0 / 40 / 40 + 1.0 / 56 / 56));
}

TEST(phantom_interfaces, fibres_lie_on_and_above_the_electrode_only) {
    phantom_source phantom = bent();
    phantom.stack->fibres = 9;
    phantom.stack->collector_grey = phantom.solid_grey = 100;
    const grey8 grey = read_all(phantom);
    std::int64_t bright_above = 0, bright_below = 0, touching = 0;
    for (index_t y = 0; y < 40; ++y)
        for (index_t x = 0; x < 56; ++x) {
            const double top = height_at(phantom.stack->separator, phantom.shape, static_cast<double>(y) + 0.5,
                                         static_cast<double>(x) + 0.5);
            for (index_t z = 0; z < 64; ++z)
                if (grey(z, y, x) > 150) {
                    const double above = static_cast<double>(z) - top;
                    ++(above > -0.5 ? bright_above : bright_below);
                    touching += above > -0.5 && above < 1 ? 1 : 0;
                }
        }
    EXPECT_EQ(bright_below, 0);
    EXPECT_GT(touching, 0);
    EXPECT_GT(bright_above, 9 * 20 * 10) << "nine fibres of radius 3 that cross the field";
}

TEST(phantom_interfaces, any_box_equals_that_part_of_the_whole) {
    phantom_source phantom = bent();
    phantom.stack->fibres = 4;
    phantom.noise_sigma = 7;
    for (const double blur : {0.0, 1.2}) {
        phantom.blur_sigma = blur;
        const grey8 all = read_all(phantom);
        const box3 box{{3, 5, 11}, {60, 22, 40}};
        const grey8 part = read(phantom, box);
        for (index_t z = 0; z < 57; ++z)
            for (index_t y = 0; y < 17; ++y)
                for (index_t x = 0; x < 29; ++x)
                    ASSERT_EQ(part(z, y, x), all(z + 3, y + 5, x + 11)) << z << " " << y << " " << x;
    }
}

TEST(phantom_interfaces, that_cross_are_an_error) {
    phantom_source phantom = bent();
    phantom.stack->separator.tilt_y = 0.99;
    phantom.stack->separator.height = 20;
    EXPECT_THROW(open_phantom(phantom), input_error);
}

}  // namespace
}  // namespace tomosweep::phantom_interfaces_test
