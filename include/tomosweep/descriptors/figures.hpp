#pragma once

#include <vector>

#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// Along which axes, and in which units, figures are derived from tables.
struct figure_axes {
    std::size_t thresholds = 0;
    std::vector<double> resolution_limits_um;
    std::vector<int> connectivities;  ///< of 6 and 26
    std::size_t depth_bins = 1;
    std::size_t width_bins = 1;
    double width_bin_um = 1;
    std::size_t normalised_bins = 0;  ///< of normalised depth; 0 without profiles along it
};

/// What the tables of one scan refer to.
struct figure_scale {
    double voxel_size_um = 1;
    region_counts region;
};

/// Every figure of one phase of one scan as variables over (scan = 1, threshold, ...), in a fixed order: see
/// docs/definitions.md for each. Figures that need widths are left out when the tables have none. Pure.
std::vector<variable> derive_figures(const phase_tables& tables, const figure_axes& axes, const figure_scale& scale);

/// The same variables for a scan that failed: `failure` (not 0) in `status`, NaN in every ratio, 0 in every count.
/// Pure.
std::vector<variable> failed_figures(const figure_axes& axes, bool between, bool widths, std::int32_t failure);

}  // namespace tomosweep
