#pragma once

#include <cstdint>
#include <vector>

#include "tomosweep/io/phantom.hpp"

namespace tomosweep {

/// Middle of a voxel along an axis.
inline double centre_of(index_t voxel) {
    return static_cast<double>(voxel) + 0.5;
}

/// Point of the (y, x) plane, voxels.
struct point2 {
    double y = 0;
    double x = 0;
};

/// Rectangle of the (y, x) plane, voxels.
struct window2 {
    point2 lo;
    point2 hi;
};

/// What lies between a piece of solid and its neighbour: a plate crack whose width depends on depth, a fine crack, or
/// nothing (the two pieces touch).
enum class boundary_kind : std::uint8_t { plate, fine, joined };

/// One side of a piece: the half-plane normal . p <= offset - width / 2, where the width is that of its kind.
struct boundary {
    point2 normal;      ///< unit length, towards the neighbour
    double offset = 0;  ///< of the line half-way between the two centres
    boundary_kind kind = boundary_kind::plate;
    /// Names the line for a pair of neighbours whatever the side it is seen from, and tells the two sides apart.
    std::uint64_t line = 0;
    bool upper_side = false;
};

/// A convex piece of solid: the intersection of its sides. Solid where no crack and no pore is.
struct solid_piece {
    std::vector<boundary> sides;
    window2 bounds;  ///< holds the piece at every depth of the volume
};

/// Width of the cracks of every kind at one height.
struct crack_widths {
    double plate = 0;
    double fine = 0;

    double of(boundary_kind kind) const {
        return kind == boundary_kind::plate ? plate : kind == boundary_kind::fine ? fine : 0;
    }
};

/// Widths at height z, continued beyond the volume but never below 0.
crack_widths widths_at(const phantom_source& phantom, double z);

/// The cracks together with the shells on both of their faces: outside of these the solid is bare.
crack_widths with_shells(const phantom_source& phantom, const crack_widths& cracks);

/// All pieces that may reach into `window`, in a fixed order, with their outlines for every height of the volume and of
/// what blur sees beyond it. A piece is the same for every window that it reaches into. Cost: about 10 us per islet.
std::vector<solid_piece> pieces_in(const phantom_source& phantom, const window2& window);

/// The pieces of the one islet that `p` belongs to: more than one when it has fine cracks.
std::vector<solid_piece> pieces_around(const phantom_source& phantom, const point2& p);

/// Well mixed 64 bits from a key and up to three counters (splitmix64).
std::uint64_t hashed(std::uint64_t key, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0);

/// The upper 53 bits as a number in [0, 1).
inline double unit_interval(std::uint64_t bits) {
    return static_cast<double>(bits >> 11) * 0x1p-53;
}

}  // namespace tomosweep
