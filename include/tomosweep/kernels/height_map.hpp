#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/index.hpp"
#include "tomosweep/core/unknown.hpp"

namespace tomosweep {

/// Heights of a surface over the columns of a volume, one for the middle of every square cell of `step` voxels. Cell i
/// holds the columns whose middles lie in [i step, (i + 1) step) voxels from the volume's corner; the last cell of an
/// axis may reach beyond the volume.
struct height_map {
    index_t rows = 0;             ///< cells along y
    index_t columns = 0;          ///< cells along x
    double step = 1;              ///< voxels, 1 or more
    std::vector<double> heights;  ///< [row][column], voxels from the first layer's outer face; NaN where unknown

    double middle(index_t cell) const { return (static_cast<double>(cell) + 0.5) * step; }
    double& cell(index_t row, index_t column) { return heights[static_cast<std::size_t>(row * columns + column)]; }
    double cell(index_t row, index_t column) const { return heights[static_cast<std::size_t>(row * columns + column)]; }
    /// Bilinear between the middles of cells, and continued in a straight line beyond the outermost ones. All heights
    /// are known. (y, x) in voxels.
    double at(double y, double x) const;
};

/// First of the columns of cell `cell`, whether or not the volume has it.
index_t first_column(index_t cell, double step);
/// Cells that hold the columns of an axis of `length` voxels.
index_t cells_along(index_t length, double step);

/// A surface of second degree over the field: the sum of c over 1, v, u, v^2, v u, u^2, where v and u go from -1 to 1
/// over the cells.
struct quadric {
    double half_y = 1, half_x = 1;  ///< half the extent of the cells, voxels
    std::array<double, 6> c{};

    double at(double y, double x) const;
};

/// Least squares over the known heights. Terms that the cells cannot tell from others (v^2 of two rows) are left out.
/// Pure; the sums run in the order of the cells.
quadric fitted_quadric(const height_map& map);

/// The same hardly touched by heights that are far off, up to nearly half of them: first the least sum of absolute
/// residuals, then Tukey's biweight (Beaton & Tukey 1974), by reweighting a fixed number of times. Pure.
quadric robust_quadric(const height_map& map);

/// Middle of the values in order, of an even number the mean of the two; NaN for none. Reorders them.
double median_of(std::span<double> values);

/// Where most values are: the half of them that lie closest together (Andrews et al. 1972: the shorth), the lowest of
/// equally close halves, says middle and spread, and all within 2.5 spreads (a quarter at least) of that middle give
/// the mean. Less than half of the values, off to any side, move it little. NaN for none. Reorders them.
double crowded_mean(std::span<double> values);

/// Spread of the known heights about the surface: 1.4826 times the median absolute residual, which is the standard
/// deviation of normally distributed ones.
double spread_about(const height_map& map, const quadric& surface);

/// Gives every unknown cell the surface's height there and the mean residual of the known cells in the smallest square
/// around it that holds three of them (or all there are). Returns 1 for every cell filled.
std::vector<std::uint8_t> fill_unknown(height_map& map, const quadric& surface);

/// Mean absolute (Sa) and root mean square (Sq) height over the form, voxels.
struct roughness {
    double mean_absolute = unknown;
    double root_mean_square = unknown;
};

/// Of the cells that are not `filled`, over the surface of second degree that fits them best.
roughness roughness_of(const height_map& map, std::span<const std::uint8_t> filled);

}  // namespace tomosweep
