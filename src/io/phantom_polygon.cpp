#include "tomosweep/io/phantom_polygon.hpp"

#include <cmath>

namespace tomosweep {

convex_polygon polygon_of(const window2& window) {
    return {{{window.lo.y, window.lo.x}, -1},
            {{window.lo.y, window.hi.x}, -1},
            {{window.hi.y, window.hi.x}, -1},
            {{window.hi.y, window.lo.x}, -1}};
}

void clip(convex_polygon& polygon, const point2& normal, double limit, int side) {
    const auto room_at = [&](const point2& p) { return limit - (normal.y * p.y + normal.x * p.x); };
    convex_polygon kept;
    kept.reserve(polygon.size() + 1);
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const polygon_corner& here = polygon[i];
        const polygon_corner& next = polygon[(i + 1) % polygon.size()];
        const double room = room_at(here.at);
        const double next_room = room_at(next.at);
        if (room >= 0)
            kept.push_back(here);
        if ((room >= 0) != (next_room >= 0)) {
            const double share = room / (room - next_room);
            const point2 crossing{here.at.y + share * (next.at.y - here.at.y),
                                  here.at.x + share * (next.at.x - here.at.x)};
            kept.push_back({crossing, room >= 0 ? side : here.side});
        }
    }
    polygon.swap(kept);
}

convex_polygon outline(const solid_piece& piece, const window2& window, const crack_widths& widths) {
    convex_polygon polygon = polygon_of(window);
    for (std::size_t i = 0; i < piece.sides.size() && !polygon.empty(); ++i) {
        const boundary& side = piece.sides[i];
        clip(polygon, side.normal, side.offset - widths.of(side.kind) / 2, static_cast<int>(i));
    }
    return polygon;
}

double area_of(const convex_polygon& polygon) {
    double twice = 0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const point2& a = polygon[i].at;
        const point2& b = polygon[(i + 1) % polygon.size()].at;
        twice += a.y * b.x - a.x * b.y;
    }
    return std::abs(twice) / 2;
}

}  // namespace tomosweep
