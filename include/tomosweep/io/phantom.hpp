#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// A mud-cracked electrode without a file: Voronoi islets in the (y, x) plane parted by plate cracks that run through
/// the whole depth and whose width changes linearly from collector (z = 0) to separator, fine cracks that part some
/// islets into pieces, and isolated spherical pores; then blur, noise and ring artefacts. The same grey at the same
/// voxel for any box. Lengths are in voxels from the volume's corner: voxel i has its centre at i + 0.5.
struct phantom_source {
    extent3 shape{64, 128, 128};
    double islet_diameter = 40;        ///< mean distance of islet centres, voxels
    double crack_width_collector = 4;  ///< plate width at z = 0, voxels; 0 here and at the separator means no plates
    double crack_width_separator = 8;  ///< plate width at z = nz, voxels
    double cracked_share = 1;          ///< share of the islet boundaries that are cracked: lowers interconnectivity
    double fine_crack_width = 0;       ///< width of the cracks inside islets, voxels; 0 means none
    double fine_crack_share = 0.5;     ///< share of the islets that have them
    index_t pores = 0;                 ///< isolated spherical pores
    double pore_radius = 3;            ///< voxels
    double solid_grey = 150;           ///< 0 to 255
    double crack_grey = 60;            ///< 0 to 255; pores have it too
    double blur_sigma = 0;             ///< voxels
    double noise_sigma = 0;            ///< grey levels, normally distributed
    index_t ring_count = 0;            ///< ring artefacts in every layer (z), each layer with its own
    double ring_amplitude = 10;        ///< grey levels; rings are half as strong to as strong, brighter or darker
    double ring_width = 2;             ///< full width at half maximum of a ring's Gaussian profile, voxels
    std::optional<std::array<double, 2>> ring_center = {};  ///< (y, x), voxels from the corner; nothing: the middle
    std::uint64_t seed = 1;

    friend bool operator==(const phantom_source&, const phantom_source&) = default;
};

/// Throws input_error naming the first parameter that is out of range, what it is and what is accepted.
void check_phantom(const phantom_source& phantom);

}  // namespace tomosweep
