#pragma once

#include <array>

#include "tomosweep/core/histogram.hpp"

namespace tomosweep {

/// Smallest grey level (the centre of a bin) up to which at least the share `share` of the voxels lies, 0 to 1, and
/// that of one voxel at least: the order statistic that numpy calls inverted_cdf. Exact for integer scans; within half
/// a bin, 1/131072 of the scan's range, for float. Throws input_error for a histogram without voxels. Cost: one pass
/// over the bins.
double quantile(const grey_histogram& histogram, double share);

/// Median grey levels of the voxels up to Otsu's threshold and of those above it. An affine change of grey moves them
/// like any voxel; a change of the classes' shares moves them little as long as the classes are narrow. Throws
/// input_error unless two bins are occupied.
std::array<double, 2> class_medians(const grey_histogram& histogram);

}  // namespace tomosweep
