#pragma once

#include <vector>

#include "tomosweep/io/phantom_geometry.hpp"

namespace tomosweep {

/// A corner of a polygon, and the side that the edge from here to the next corner lies on.
struct polygon_corner {
    point2 at;
    int side = -1;  ///< place in solid_piece::sides; -1 for the edge of a window
};

/// Convex polygon, corners in order; fewer than three corners mean that nothing is left.
using convex_polygon = std::vector<polygon_corner>;

/// The whole window, all of its edges on side -1.
convex_polygon polygon_of(const window2& window);

/// Cuts `polygon` to the half-plane normal . p <= limit; a new edge lies on `side`. Cost: one pass over the corners.
void clip(convex_polygon& polygon, const point2& normal, double limit, int side);

/// The part of `piece` inside `window` where cracks have the given widths.
convex_polygon outline(const solid_piece& piece, const window2& window, const crack_widths& widths);

/// Area in square voxels, by the shoelace formula.
double area_of(const convex_polygon& polygon);

}  // namespace tomosweep
