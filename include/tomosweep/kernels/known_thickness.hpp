#pragma once

#include <cstdint>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep {

/// Local thickness of the phase of a block, kept for a larger phase of the same class volume: squared radii in raster
/// order, one byte per voxel of the phase in rows where all fit into it, else two.
class known_thickness {
public:
    /// Nothing is known yet of a block of so many layers.
    explicit known_thickness(index_t layers = 0) : layers_(static_cast<std::size_t>(layers)) {}

    /// Writes the squared radii of layer `z` to y * extent.x + x; 0 where none is known.
    void read(view3<const class_t> classes, index_t z, short_distance_sq_t* radii_sq) const;

    /// Keeps those of layer `z` for the phase of classes <= `phase`. Different layers may be kept at the same time;
    /// nothing may be read between the first and the last layer of a phase but what is about to be kept.
    void keep(view3<const class_t> classes, int phase, index_t z, const short_distance_sq_t* radii_sq);

private:
    struct layer {
        int phase = -1;
        std::vector<std::uint8_t> bytes;
    };
    std::vector<layer> layers_;
};

}  // namespace tomosweep
