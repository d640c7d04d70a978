#include "tomosweep/kernels/height_map.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "tomosweep/core/unknown.hpp"

namespace tomosweep::height_map_test {
namespace {

double bent(double y, double x) {
    return 40 + 0.05 * y - 0.08 * x + 3e-4 * y * y - 2e-4 * y * x + 1e-4 * x * x;
}

height_map sampled(index_t rows, index_t columns, double step, double (*height)(double, double)) {
    height_map map{rows, columns, step, {}};
    for (index_t row = 0; row < rows; ++row)
        for (index_t column = 0; column < columns; ++column)
            map.heights.push_back(height(map.middle(row), map.middle(column)));
    return map;
}

TEST(height_map, cells_hold_the_columns_whose_middles_lie_in_them) {
    for (const double step : {1.0, 2.5, 3.0, 7.9})
        for (index_t length = 1; length < 40; ++length) {
            const index_t cells = cells_along(length, step);
            EXPECT_EQ(first_column(0, step), 0);
            for (index_t cell = 0; cell < cells; ++cell)
                for (index_t column = first_column(cell, step); column < first_column(cell + 1, step); ++column)
                    EXPECT_EQ(static_cast<index_t>((static_cast<double>(column) + 0.5) / step), cell);
            EXPECT_LT(first_column(cells - 1, step), length);
            EXPECT_GE(first_column(cells, step), length);
        }
}

TEST(height_map, is_linear_between_and_beyond_the_middles_of_cells) {
    const auto plane = [](double y, double x) { return 7 + 0.5 * y - 0.25 * x; };
    const height_map map = sampled(4, 3, 6, plane);
    for (const double y : {0.0, 3.0, 11.3, 24.0})
        for (const double x : {0.5, 9.0, 17.7})
            EXPECT_NEAR(map.at(y, x), plane(y, x), 1e-12);
    EXPECT_EQ((height_map{1, 1, 6, {4.25}}.at(0, 5)), 4.25);
}

TEST(height_map, robust_surface_ignores_two_cells_of_five_that_are_far_off_to_one_side) {
    height_map map = sampled(20, 16, 8, bent);
    std::mt19937 random(7);
    for (double& height : map.heights)
        if (random() % 5 < 2)
            height -= 5 + static_cast<double>(random() % 30);
    const quadric surface = robust_quadric(map);
    double worst = 0, worst_of_squares = 0;
    const quadric squares = fitted_quadric(map);
    for (index_t row = 0; row < 20; ++row)
        for (index_t column = 0; column < 16; ++column) {
            const double y = map.middle(row), x = map.middle(column);
            worst = std::max(worst, std::abs(surface.at(y, x) - bent(y, x)));
            worst_of_squares = std::max(worst_of_squares, std::abs(squares.at(y, x) - bent(y, x)));
        }
    EXPECT_LT(worst, 0.02);
    EXPECT_GT(worst_of_squares, 3) << "the outliers are not harmless";
}

TEST(height_map, surface_of_few_cells_leaves_out_what_they_cannot_tell) {
    for (const auto& [rows, columns] : {std::pair<index_t, index_t>{1, 1}, {1, 5}, {2, 2}, {2, 7}, {3, 1}}) {
        const height_map map = sampled(rows, columns, 8, [](double y, double x) { return 3 + 0.1 * y + 0.2 * x; });
        const quadric surface = robust_quadric(map);
        for (index_t row = 0; row < rows; ++row)
            for (index_t column = 0; column < columns; ++column)
                EXPECT_NEAR(surface.at(map.middle(row), map.middle(column)), map.cell(row, column), 1e-6);
    }
}

TEST(height_map, unknown_cells_take_the_surface_and_their_neighbours_distance_from_it) {
    height_map map = sampled(9, 9, 4, bent);
    const quadric surface = fitted_quadric(map);
    for (double& height : map.heights)
        height += 1.5;
    const height_map whole = map;
    map.cell(0, 0) = map.cell(4, 4) = map.cell(4, 5) = map.cell(8, 3) = unknown;
    const std::vector<std::uint8_t> filled = fill_unknown(map, surface);
    EXPECT_EQ(std::accumulate(filled.begin(), filled.end(), 0), 4);
    EXPECT_EQ(filled[0], 1);
    for (std::size_t i = 0; i < map.heights.size(); ++i)
        EXPECT_NEAR(map.heights[i], whole.heights[i], 1e-9);
}

TEST(height_map, roughness_is_that_of_a_wave_without_the_form) {
    height_map map = sampled(64, 64, 2, bent);
    for (index_t row = 0; row < 64; ++row)
        for (index_t column = 0; column < 64; ++column)
            map.cell(row, column) += 2 * std::sin(2 * M_PI * static_cast<double>(column) / 8 + 0.3);
    map.cell(5, 5) = 1e6;
    std::vector<std::uint8_t> filled(map.heights.size(), 0);
    filled[5 * 64 + 5] = 1;
    const roughness found = roughness_of(map, filled);
    EXPECT_NEAR(found.root_mean_square, 2 / std::sqrt(2.0), 0.01);
    EXPECT_NEAR(found.mean_absolute, 2 * 2 / M_PI, 0.05) << "eight samples of a wave";
}

TEST(height_map, middles_of_values) {
    std::vector<double> values{9, 1, 5, 100, 3, -70, 4, 6};
    EXPECT_EQ(median_of(values), 4.5);
    EXPECT_EQ(crowded_mean(values), (1 + 3 + 4 + 5 + 6 + 9) / 6.0)
        << "1 to 6 are the closest five of eight: 3.5 +- 9.3";
    std::vector<double> crowded{50, 60, 70, 80, 2.0, 2.1, 1.9, 2.2, 1.8};
    EXPECT_NEAR(crowded_mean(crowded), 2, 1e-12) << "four of nine are off to one side";
    values.resize(3);
    EXPECT_EQ(median_of(values), 1) << "of -70, 1 and 3";
    EXPECT_TRUE(std::isnan(median_of({})) && std::isnan(crowded_mean({})));
}

}  // namespace
}  // namespace tomosweep::height_map_test
