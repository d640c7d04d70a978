#pragma once

#include <span>

#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// Mean and median local thickness over the volume of a phase, in voxels: every voxel counts once with 2
/// sqrt(radius_sq). NaN for an empty phase, infinite where a phase has no background.
struct width_statistics {
    double mean = 0;
    double median = 0;  ///< of an even number of voxels, the mean of the middle two
};

/// Over the entries with at least `smallest_radius_sq`. `thickness` is ordered by radius_sq. Pure.
width_statistics width_of(std::span<const thickness_count> thickness, distance_sq_t smallest_radius_sq);

/// The entries of each depth bin, in their order. Pure.
std::vector<thickness_table> by_depth(const thickness_table& thickness, std::size_t depth_bins);

/// Voxels per class of width, `bin` voxels wide each and the last one open-ended. Pure.
std::vector<std::int64_t> width_histogram(std::span<const thickness_count> thickness, double bin, std::size_t bins);

}  // namespace tomosweep
