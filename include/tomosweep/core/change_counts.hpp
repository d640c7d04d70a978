#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// A cluster of voxels by its integers. Positions are voxel indices less half the volume's extent, rounded down, so
/// that squares over 2^33 voxels fit.
struct cluster_counts {
    std::int64_t voxels = 0;
    std::array<std::int64_t, 3> position{};  ///< sums of z, y, x
    std::array<std::int64_t, 6> square{};    ///< sums of zz, zy, zx, yy, yx, xx
    thickness_table thickness;               ///< local thickness of the cluster by itself, in one depth bin

    friend bool operator==(const cluster_counts&, const cluster_counts&) = default;
};

/// What became of the largest cluster, under one connectivity, and the largest cluster of what has changed.
struct followed_cluster {
    std::int64_t from_largest = 0;  ///< voxels of the largest component of the first state
    std::int64_t to_largest = 0;    ///< of the second
    std::int64_t shared = 0;        ///< voxels that lie in both of them
    std::int64_t successor = 0;     ///< voxels of the component of the second state that shares most with the first's
    std::int64_t successor_shared = 0;  ///< what it shares
    std::int64_t same = 0;              ///< 1 when that component is the largest of the second state
    cluster_counts opened, closed;      ///< largest component of what was opened, and of what was closed

    friend bool operator==(const followed_cluster&, const followed_cluster&) = default;
};

/// All integers about a phase in two aligned states.
struct change_counts {
    std::int64_t common = 0;                 ///< voxels that are known in both
    std::int64_t from = 0;                   ///< phase of the first state, of these voxels
    std::int64_t to = 0;                     ///< phase of the second
    std::int64_t kept = 0;                   ///< phase of both
    std::vector<followed_cluster> clusters;  ///< by connectivity

    std::int64_t opened() const { return to - kept; }
    std::int64_t closed() const { return from - kept; }

    friend bool operator==(const change_counts&, const change_counts&) = default;
};

}  // namespace tomosweep
