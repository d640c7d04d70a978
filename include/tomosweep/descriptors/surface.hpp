#pragma once

#include <array>
#include <cstdint>

namespace tomosweep {

/// Transitions by direction, in the order of half_directions.
using transition_counts = std::array<std::int64_t, 13>;

/// Surface area in voxel faces by Crofton's formula over 13 directions, S = 2 sum_d c_d N_d / |d| with the share c_d of
/// the unit sphere nearest to direction d (Ohser & Muecklich, Statistical Analysis of Microstructures, 2000; weights of
/// the cubic lattice). The volume's border makes no surface. A ball reads within 1.5 %, an axis-parallel plane 7.3 %
/// low. Pure.
double crofton_surface(const transition_counts& transitions);

/// Number of voxel faces between phase and background: exact, and 1.5 times the surface of a ball. Pure.
std::int64_t face_count(const transition_counts& transitions);

}  // namespace tomosweep
