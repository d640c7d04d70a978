#pragma once

#include <cstdint>
#include <span>
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

    /// Writes a layer anew, row by row.
    class layer_writer {
    public:
        /// The next row with voxels of the phase: its bits, and squared radii by x, 0 outside the phase or known
        /// before.
        void add_row(std::span<const std::uint64_t> phase, std::span<const short_distance_sq_t> radii_sq);

    private:
        friend class known_thickness;
        std::vector<std::uint8_t> bytes_;
    };
    /// Keeps what was written as layer `z` of the phase of classes <= `phase`, and leaves the writer empty. Different
    /// layers may be kept at the same time.
    void keep(int phase, index_t z, layer_writer& written);

private:
    struct layer {
        int phase = -1;
        std::vector<std::uint8_t> bytes;
    };
    std::vector<layer> layers_;
};

}  // namespace tomosweep
