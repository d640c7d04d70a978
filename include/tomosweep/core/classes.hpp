#pragma once

#include <concepts>
#include <cstdint>
#include <limits>

#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// A class volume holds a chain of nested phases P_0 within P_1 within ... P_(n-1) in one byte per voxel: the class of
/// a voxel is the smallest k with the voxel in P_k. A voxel lies in P_k exactly when its class is <= k.
///
/// Worked example: phase `below`, thresholds 80, 90, 100. Grey 75 has class 0, 85 class 1, 100 class 2, 101
/// class_background; a voxel outside the region has class_outside whatever its grey.
using class_t = std::uint8_t;

/// Most phases that one chain can hold.
inline constexpr int max_phases = 254;
/// In the region, and in no phase of the chain.
inline constexpr class_t class_background = 254;
/// Outside the region: unknown, neither phase nor background. It ends no sphere and makes no surface.
inline constexpr class_t class_outside = 255;

/// Squared distances and squared radii, in voxels. 32 bits hold every volume with nz^2 + ny^2 + nx^2 < 2^31.
using distance_sq_t = std::uint32_t;
/// Distance in a volume without any background: no sphere ends anywhere.
inline constexpr distance_sq_t unbounded_sq = 0xFFFFFFFFU;

/// The same in half the memory, as long as every distance of the volume stays below 256 voxels.
using short_distance_sq_t = std::uint16_t;

/// A phase voxel is at least one voxel from the background: limits of the squared radius up to here remove nothing.
inline constexpr distance_sq_t always_resolved = 1;

template <class T>
concept distance_value = std::same_as<T, distance_sq_t> || std::same_as<T, short_distance_sq_t>;
/// What the type cannot hold: this squared distance and everything farther, up to no background at all.
template <distance_value Distance>
inline constexpr Distance too_far_sq = std::numeric_limits<Distance>::max();

/// Neighbours of a voxel that count as connected: 6 share a face, 26 share a face, an edge or a corner.
enum class connectivity : std::uint8_t { six, twentysix };
inline constexpr int neighbours(connectivity adjacency) {
    return adjacency == connectivity::six ? 6 : 26;
}

}  // namespace tomosweep
