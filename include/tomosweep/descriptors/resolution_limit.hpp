#pragma once

#include <vector>

#include "tomosweep/core/classes.hpp"

namespace tomosweep {

/// Smallest squared ball radius, in voxels, whose local thickness 2 sqrt(radius_sq) voxel_size_um reaches `limit_um`,
/// with a relative slack of 1e-9 so that 0.64 um is four voxels of 0.16 um. 0 for a limit of 0. Pure.
distance_sq_t smallest_resolved_radius_sq(double limit_um, double voxel_size_um);

/// The same for every limit of a sweep. Pure.
std::vector<distance_sq_t> smallest_radii_sq(const std::vector<double>& limits_um, double voxel_size_um);

}  // namespace tomosweep
