#include "tomosweep/descriptors/width.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tomosweep/core/unknown.hpp"

namespace tomosweep {
namespace {

double width_of_radius(distance_sq_t radius_sq) {
    return radius_sq == unbounded_sq ? std::numeric_limits<double>::infinity()
                                     : 2 * std::sqrt(static_cast<double>(radius_sq));
}

/// Width of the voxel with the given rank when all voxels stand in order of their width.
double width_at(std::span<const thickness_count> thickness, std::int64_t rank) {
    for (const thickness_count& entry : thickness) {
        rank -= entry.voxels;
        if (rank < 0)
            return width_of_radius(entry.radius_sq);
    }
    return unknown;
}

}  // namespace

width_statistics width_of(std::span<const thickness_count> thickness, distance_sq_t smallest_radius_sq) {
    const auto first = std::ranges::lower_bound(thickness, smallest_radius_sq, {}, &thickness_count::radius_sq);
    const auto kept = thickness.subspan(static_cast<std::size_t>(first - thickness.begin()));
    std::int64_t voxels = 0;
    double sum = 0;
    for (const thickness_count& entry : kept) {
        voxels += entry.voxels;
        sum += static_cast<double>(entry.voxels) * width_of_radius(entry.radius_sq);
    }
    if (voxels == 0)
        return {unknown, unknown};
    return {sum / static_cast<double>(voxels), (width_at(kept, (voxels - 1) / 2) + width_at(kept, voxels / 2)) / 2};
}

std::vector<thickness_table> by_depth(const thickness_table& thickness, std::size_t depth_bins) {
    std::vector<thickness_table> bins(depth_bins);
    for (const thickness_count& entry : thickness)
        bins[static_cast<std::size_t>(entry.depth_bin)].push_back(entry);
    return bins;
}

std::vector<std::int64_t> width_histogram(std::span<const thickness_count> thickness, double bin, std::size_t bins) {
    std::vector<std::int64_t> histogram(bins, 0);
    for (const thickness_count& entry : thickness) {
        const double place = std::floor(width_of_radius(entry.radius_sq) / bin);
        histogram[static_cast<std::size_t>(std::min(place, static_cast<double>(bins - 1)))] += entry.voxels;
    }
    return histogram;
}

}  // namespace tomosweep
