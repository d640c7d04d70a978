#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// An interface of a phantom: its height over the point (y, x), in voxels from the corner of the volume of ny x nx
/// columns, is
///     height + tilt_y v + tilt_x u + bow ((2 v / ny)^2 + (2 u / nx)^2)   with   v = y - ny / 2, u = x - nx / 2.
struct phantom_interface {
    double height = 0;  ///< at the middle of the field
    double tilt_y = 0;  ///< voxels per voxel
    double tilt_x = 0;
    double bow = 0;  ///< by how much the middle of each edge lies higher than the middle of the field

    friend bool operator==(const phantom_interface&, const phantom_interface&) = default;
};

/// What lies below and above the cracked electrode: the dense current collector, and the separator, whose straight
/// fibres lie in the layers above the electrode, some of them on it. A voxel that an interface or a fibre cuts has the
/// mean grey of its parts (of its column at the middle of the voxel).
struct phantom_stack {
    phantom_interface collector{12, 0, 0, 0};
    phantom_interface separator{52, 0, 0, 0};
    double collector_grey = 230;   ///< 0 to 255
    double electrolyte_grey = 60;  ///< 0 to 255; between the fibres
    index_t fibres = 0;
    double fibre_radius = 3;   ///< voxels
    double fibre_grey = 190;   ///< 0 to 255
    index_t bubbles = 0;       ///< of gas: spheres in the separator, apart from each other and whole
    double bubble_radius = 5;  ///< voxels
    double bubble_grey = 20;   ///< 0 to 255

    friend bool operator==(const phantom_stack&, const phantom_stack&) = default;
};

/// A mud-cracked electrode without a file: Voronoi islets in the (y, x) plane parted by plate cracks that run through
/// the whole depth and whose width changes linearly from collector (z = 0) to separator, fine cracks that part some
/// islets into pieces, layers of another grey on the faces of cracks, and isolated spherical pores; then blur, noise
/// and ring artefacts. The same grey at the same voxel for any box. Lengths are in voxels from the volume's corner:
/// voxel i has its centre at i + 0.5.
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
    double shell_thickness = 0;        ///< of the layer that cracks (not pores) have on both faces, voxels
    double shell_grey = 110;           ///< 0 to 255
    double blur_sigma = 0;             ///< voxels
    double noise_sigma = 0;            ///< grey levels, normally distributed
    index_t ring_count = 0;            ///< ring artefacts in every layer (z), each layer with its own
    double ring_amplitude = 10;        ///< grey levels; rings are half as strong to as strong, brighter or darker
    double ring_width = 2;             ///< full width at half maximum of a ring's Gaussian profile, voxels
    std::optional<std::array<double, 2>> ring_center = {};  ///< (y, x), voxels from the corner; nothing: the middle
    std::uint64_t seed = 1;
    /// Collector and separator; without them the volume is all electrode.
    std::optional<phantom_stack> stack;

    friend bool operator==(const phantom_source&, const phantom_source&) = default;
};

/// Throws input_error naming the first parameter that is out of range, what it is and what is accepted.
void check_phantom(const phantom_source& phantom);

}  // namespace tomosweep
