#include "tomosweep/descriptors/resolution_limit.hpp"

#include <cmath>

namespace tomosweep {
namespace {

bool resolved(double radius_sq, double limit_um, double voxel_size_um) {
    constexpr double slack = 1e-9;
    return 2 * std::sqrt(radius_sq) * voxel_size_um >= limit_um * (1 - slack);
}

}  // namespace

distance_sq_t smallest_resolved_radius_sq(double limit_um, double voxel_size_um) {
    const double radius = limit_um / (2 * voxel_size_um);
    double candidate = std::max(0.0, std::floor(radius * radius) - 2);
    // The closed form may be off by a rounding; the definition itself decides.
    while (candidate < unbounded_sq && !resolved(candidate, limit_um, voxel_size_um))
        ++candidate;
    return static_cast<distance_sq_t>(std::min<double>(candidate, unbounded_sq));
}

std::vector<distance_sq_t> smallest_radii_sq(const std::vector<double>& limits_um, double voxel_size_um) {
    std::vector<distance_sq_t> radii;
    for (const double limit_um : limits_um)
        radii.push_back(smallest_resolved_radius_sq(limit_um, voxel_size_um));
    return radii;
}

}  // namespace tomosweep
