#include "tomosweep/descriptors/plane.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tomosweep/core/unknown.hpp"

namespace tomosweep {
namespace {

using matrix3 = std::array<vector3, 3>;

struct eigen_pair {
    double value = 0;
    vector3 direction{};
};

/// Turns the plane of the axes p and q so that the matrix has no entry there, and `vectors` (columns) with it.
void clear_entry(matrix3& m, matrix3& vectors, std::size_t p, std::size_t q) {
    if (m[p][q] == 0)
        return;
    const double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double c = 1 / std::sqrt(t * t + 1), s = t * c;
    for (std::size_t k = 0; k < 3; ++k) {
        const double a = m[k][p], b = m[k][q];
        m[k][p] = c * a - s * b;
        m[k][q] = s * a + c * b;
    }
    for (std::size_t k = 0; k < 3; ++k) {
        const double a = m[p][k], b = m[q][k];
        m[p][k] = c * a - s * b;
        m[q][k] = s * a + c * b;
        const double u = vectors[k][p], v = vectors[k][q];
        vectors[k][p] = c * u - s * v;
        vectors[k][q] = s * u + c * v;
    }
}

/// Of a symmetric matrix.
eigen_pair smallest_eigen_pair(matrix3 m) {
    matrix3 vectors{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    constexpr int sweeps = 30;
    for (int sweep = 0; sweep < sweeps; ++sweep)
        for (const auto& [p, q] : {std::pair<std::size_t, std::size_t>{0, 1}, {0, 2}, {1, 2}})
            clear_entry(m, vectors, p, q);
    std::size_t least = 0;
    for (std::size_t i = 1; i < 3; ++i)
        least = m[i][i] < m[least][least] ? i : least;
    return {m[least][least], {vectors[0][least], vectors[1][least], vectors[2][least]}};
}

}  // namespace

cluster_plane plane_of(const cluster_counts& cluster, const extent3& volume, axis depth) {
    if (cluster.voxels == 0)
        return {{unknown, unknown, unknown}, {unknown, unknown, unknown}, unknown, unknown};
    const auto n = static_cast<double>(cluster.voxels);
    const std::array<index_t, 3> half{volume.z / 2, volume.y / 2, volume.x / 2};
    cluster_plane plane;
    vector3 mean{};
    for (std::size_t i = 0; i < 3; ++i) {
        mean[i] = static_cast<double>(cluster.position[i]) / n;
        plane.centre[i] = mean[i] + static_cast<double>(half[i]) + 0.5;
    }
    matrix3 covariance{};
    std::size_t entry = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = i; j < 3; ++j)
            covariance[i][j] = covariance[j][i] = static_cast<double>(cluster.square[entry++]) / n - mean[i] * mean[j];
    const eigen_pair least = smallest_eigen_pair(covariance);
    plane.spread = std::sqrt(std::max(0.0, least.value));
    const auto leading = std::ranges::find_if(least.direction, [](double each) { return each != 0; });
    const double sign = leading != least.direction.end() && *leading < 0 ? -1 : 1;
    for (std::size_t i = 0; i < 3; ++i)
        plane.normal[i] = sign * least.direction[i];
    const double upright = std::min(1.0, std::abs(plane.normal[static_cast<std::size_t>(depth)]));
    plane.dip_deg = std::acos(upright) * 180 / std::numbers::pi;
    return plane;
}

}  // namespace tomosweep
