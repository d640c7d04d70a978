#include "tomosweep/kernels/height_map.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "tomosweep/core/unknown.hpp"

namespace tomosweep {
namespace {

constexpr std::size_t terms = 6;
using coefficients = std::array<double, terms>;
using matrix = std::array<coefficients, terms>;

coefficients terms_at(double v, double u) {
    return {1, v, u, v * v, v * u, u * u};
}

/// Solves the symmetric system by L D L^T. A term that adds nothing to those before it gets no part in the solution.
coefficients solved(matrix system, coefficients right) {
    constexpr double nothing = 1e-9;
    coefficients diagonal{}, size{};
    for (std::size_t i = 0; i < terms; ++i)
        size[i] = system[i][i];
    for (std::size_t i = 0; i < terms; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            for (std::size_t k = 0; k < j; ++k)
                system[i][j] -= system[i][k] * diagonal[k] * system[j][k];
            system[i][j] = diagonal[j] > 0 ? system[i][j] / diagonal[j] : 0;
        }
        diagonal[i] = system[i][i];
        for (std::size_t k = 0; k < i; ++k)
            diagonal[i] -= system[i][k] * system[i][k] * diagonal[k];
        if (diagonal[i] <= nothing * size[i])
            diagonal[i] = 0;
    }
    coefficients answer{};
    for (std::size_t i = 0; i < terms; ++i) {
        answer[i] = right[i];
        for (std::size_t k = 0; k < i; ++k)
            answer[i] -= system[i][k] * answer[k];
    }
    for (std::size_t i = 0; i < terms; ++i)
        answer[i] = diagonal[i] > 0 ? answer[i] / diagonal[i] : 0;
    for (std::size_t i = terms; i-- > 0;) {
        if (diagonal[i] <= 0) {
            answer[i] = 0;
            continue;
        }
        for (std::size_t k = i + 1; k < terms; ++k)
            answer[i] -= system[k][i] * answer[k];
    }
    return answer;
}

/// Calls `visit(row, column, height)` for every known cell, in their order.
template <class Visit>
void for_known(const height_map& map, const Visit& visit) {
    for (index_t row = 0; row < map.rows; ++row)
        for (index_t column = 0; column < map.columns; ++column)
            if (const double height = map.cell(row, column); !std::isnan(height))
                visit(row, column, height);
}

/// Least squares where the cell (row, column) has the weight `weight(residual from surface)`.
quadric weighted(const height_map& map, const quadric& surface, const std::function<double(double)>& weight) {
    matrix system{};
    coefficients right{};
    for_known(map, [&](index_t row, index_t column, double height) {
        const double y = map.middle(row), x = map.middle(column);
        const double w = weight(height - surface.at(y, x));
        const coefficients t = terms_at(y / surface.half_y - 1, x / surface.half_x - 1);
        for (std::size_t i = 0; i < terms; ++i) {
            right[i] += w * t[i] * height;
            for (std::size_t j = 0; j < terms; ++j)
                system[i][j] += w * t[i] * t[j];
        }
    });
    quadric result = surface;
    result.c = solved(system, right);
    return result;
}

quadric flat(const height_map& map) {
    return {static_cast<double>(map.rows) * map.step / 2, static_cast<double>(map.columns) * map.step / 2, {}};
}

std::pair<index_t, double> place_between(double position, double step, index_t cells) {
    if (cells == 1)
        return {0, 0.0};
    const double cell = position / step - 0.5;
    const auto lower = std::clamp<index_t>(static_cast<index_t>(std::floor(cell)), 0, cells - 2);
    return {lower, cell - static_cast<double>(lower)};
}

/// Mean residual of the known cells around (row, column); `reach` cells away are looked at.
struct residuals_around {
    double sum = 0;
    index_t known = 0;
};
residuals_around look_around(const height_map& map, const quadric& surface, index_t row, index_t column,
                             index_t reach) {
    residuals_around found;
    for (index_t r = std::max<index_t>(0, row - reach); r <= std::min(map.rows - 1, row + reach); ++r)
        for (index_t c = std::max<index_t>(0, column - reach); c <= std::min(map.columns - 1, column + reach); ++c)
            if (const double height = map.cell(r, c); !std::isnan(height)) {
                found.sum += height - surface.at(map.middle(r), map.middle(c));
                ++found.known;
            }
    return found;
}

}  // namespace

index_t first_column(index_t cell, double step) {
    return static_cast<index_t>(std::ceil(static_cast<double>(cell) * step - 0.5));
}

index_t cells_along(index_t length, double step) {
    auto cells = std::max<index_t>(1, static_cast<index_t>(static_cast<double>(length) / step));
    while (first_column(cells, step) < length)
        ++cells;
    while (cells > 1 && first_column(cells - 1, step) >= length)
        --cells;
    return cells;
}

double height_map::at(double y, double x) const {
    const auto [row, below] = place_between(y, step, rows);
    const auto [column, right] = place_between(x, step, columns);
    const index_t next_row = std::min(row + 1, rows - 1), next_column = std::min(column + 1, columns - 1);
    const double upper = cell(row, column) + right * (cell(row, next_column) - cell(row, column));
    const double lower = cell(next_row, column) + right * (cell(next_row, next_column) - cell(next_row, column));
    return upper + below * (lower - upper);
}

double quadric::at(double y, double x) const {
    const coefficients t = terms_at(y / half_y - 1, x / half_x - 1);
    double sum = 0;
    for (std::size_t i = 0; i < terms; ++i)
        sum += c[i] * t[i];
    return sum;
}

quadric fitted_quadric(const height_map& map) {
    return weighted(map, flat(map), [](double) { return 1.0; });
}

quadric robust_quadric(const height_map& map) {
    constexpr int rounds = 25;
    constexpr double smallest_residual = 0.01, smallest_spread = 0.05, biweight = 4.685;
    quadric surface = fitted_quadric(map);
    for (int round = 0; round < rounds; ++round)
        surface = weighted(map, surface, [&](double r) { return 1 / std::max(std::abs(r), smallest_residual); });
    for (int round = 0; round < rounds; ++round) {
        const double reach = biweight * std::max(spread_about(map, surface), smallest_spread);
        surface = weighted(map, surface, [&](double r) {
            const double part = r / reach;
            return std::abs(part) < 1 ? (1 - part * part) * (1 - part * part) : 0;
        });
    }
    return surface;
}

double median_of(std::span<double> values) {
    if (values.empty())
        return unknown;
    std::ranges::sort(values);
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

double crowded_mean(std::span<double> values) {
    constexpr double half_of_normal = 1.349, most_spreads = 2.5, least_reach = 0.25;
    if (values.empty())
        return unknown;
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2 + 1;
    const auto length = [&](std::size_t first) { return values[first + half - 1] - values[first]; };
    std::size_t first = 0;
    for (std::size_t i = 1; i + half <= values.size(); ++i)
        if (length(i) < length(first))
            first = i;
    const double middle = (values[first] + values[first + half - 1]) / 2;
    const double reach = std::max(least_reach, most_spreads * length(first) / half_of_normal);
    double sum = 0;
    index_t kept = 0;
    for (const double value : values)
        if (std::abs(value - middle) <= reach) {
            sum += value;
            ++kept;
        }
    return kept > 0 ? sum / static_cast<double>(kept) : middle;
}

double spread_about(const height_map& map, const quadric& surface) {
    constexpr double normal = 1.4826;
    std::vector<double> residuals;
    for_known(map, [&](index_t row, index_t column, double height) {
        residuals.push_back(std::abs(height - surface.at(map.middle(row), map.middle(column))));
    });
    return normal * median_of(residuals);
}

std::vector<std::uint8_t> fill_unknown(height_map& map, const quadric& surface) {
    constexpr index_t enough = 3;
    const height_map known = map;
    std::vector<std::uint8_t> filled(map.heights.size(), 0);
    for (index_t row = 0; row < map.rows; ++row)
        for (index_t column = 0; column < map.columns; ++column) {
            if (!std::isnan(known.cell(row, column)))
                continue;
            residuals_around found;
            for (index_t reach = 1; found.known < enough && reach < std::max(map.rows, map.columns); ++reach)
                found = look_around(known, surface, row, column, reach);
            map.cell(row, column) = surface.at(map.middle(row), map.middle(column)) +
                                    (found.known > 0 ? found.sum / static_cast<double>(found.known) : 0);
            filled[static_cast<std::size_t>(row * map.columns + column)] = 1;
        }
    return filled;
}

roughness roughness_of(const height_map& map, std::span<const std::uint8_t> filled) {
    height_map measured = map;
    for (std::size_t i = 0; i < filled.size(); ++i)
        if (filled[i] != 0)
            measured.heights[i] = unknown;
    const quadric form = fitted_quadric(measured);
    double absolute = 0, squares = 0;
    index_t cells = 0;
    for_known(measured, [&](index_t row, index_t column, double height) {
        const double residual = height - form.at(map.middle(row), map.middle(column));
        absolute += std::abs(residual);
        squares += residual * residual;
        ++cells;
    });
    if (cells == 0)
        return {};
    return {absolute / static_cast<double>(cells), std::sqrt(squares / static_cast<double>(cells))};
}

}  // namespace tomosweep
