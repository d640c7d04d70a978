#include "tomosweep/descriptors/surface.hpp"

#include <cmath>

#include "tomosweep/core/tables.hpp"

namespace tomosweep {
namespace {

/// Share of the unit sphere nearest to +d or -d, by the number of axes that d moves along.
constexpr std::array<double, 4> direction_share{0, 2 * 0.04577789120476, 2 * 0.03698062787608, 2 * 0.03519563978232};

int axes_moved(const index3& direction) {
    return (direction.z != 0) + (direction.y != 0) + (direction.x != 0);
}

}  // namespace

double crofton_surface(const transition_counts& transitions) {
    std::array<std::int64_t, 4> by_kind{};
    for (std::size_t d = 0; d < half_directions.size(); ++d)
        by_kind[static_cast<std::size_t>(axes_moved(half_directions[d]))] += transitions[d];
    double surface = 0;
    for (std::size_t axes = 1; axes <= 3; ++axes)
        surface +=
            2 * direction_share[axes] * static_cast<double>(by_kind[axes]) / std::sqrt(static_cast<double>(axes));
    return surface;
}

std::int64_t face_count(const transition_counts& transitions) {
    return transitions[0] + transitions[1] + transitions[2];
}

}  // namespace tomosweep
