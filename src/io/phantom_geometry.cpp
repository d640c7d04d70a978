#include "tomosweep/io/phantom_geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "tomosweep/io/phantom_polygon.hpp"
#include "tomosweep/kernels/gaussian.hpp"

namespace tomosweep {
namespace {

/// Purposes of random numbers; each has its own stream.
enum stream : std::uint64_t { seed_place = 1, cracked_line, line_name, fine_share, fine_place };

/// An islet is named by the square of the seed grid that holds its centre. The grid has no end.
struct islet_cell {
    index_t y = 0;
    index_t x = 0;

    friend auto operator<=>(const islet_cell&, const islet_cell&) = default;
};

std::uint64_t stream_key(const phantom_source& phantom, stream purpose, std::uint64_t more = 0) {
    return hashed(phantom.seed, purpose, more);
}

double uniform(const phantom_source& phantom, stream purpose, const islet_cell& cell, std::uint64_t number) {
    return unit_interval(hashed(stream_key(phantom, purpose, number), static_cast<std::uint64_t>(cell.y),
                                static_cast<std::uint64_t>(cell.x)));
}

/// Seeds keep 0.2 grid widths off their square's edge. Then a point is at most sqrt(2) * 0.8 = 1.13 widths from its own
/// square's seed and at least 1.2 from those two squares away, so its nearest seed is among 3 x 3 squares and an
/// islet's neighbours are among 5 x 5.
point2 islet_centre(const phantom_source& phantom, const islet_cell& cell) {
    const double width = phantom.islet_diameter;
    return {(static_cast<double>(cell.y) + 0.2 + 0.6 * uniform(phantom, seed_place, cell, 0)) * width,
            (static_cast<double>(cell.x) + 0.2 + 0.6 * uniform(phantom, seed_place, cell, 1)) * width};
}

islet_cell cell_at(const phantom_source& phantom, const point2& p) {
    return {static_cast<index_t>(std::floor(p.y / phantom.islet_diameter)),
            static_cast<index_t>(std::floor(p.x / phantom.islet_diameter))};
}

/// The line half-way between two points, seen from `from`.
boundary bisector(const point2& from, const point2& to) {
    const double dy = to.y - from.y;
    const double dx = to.x - from.x;
    const double length = std::sqrt(dy * dy + dx * dx);
    boundary side;
    side.normal = {dy / length, dx / length};
    side.offset = side.normal.y * (from.y + to.y) / 2 + side.normal.x * (from.x + to.x) / 2;
    return side;
}

/// The side of `islet` towards `other`. Computed from the lower of the two and then mirrored, so that two pieces that
/// touch end at the very same number and leave no gap between them.
boundary islet_side(const phantom_source& phantom, const islet_cell& islet, const islet_cell& other) {
    const auto [lower, upper] = std::minmax(islet, other);
    boundary side = bisector(islet_centre(phantom, lower), islet_centre(phantom, upper));
    side.upper_side = upper == islet;
    if (side.upper_side) {
        side.normal = {-side.normal.y, -side.normal.x};
        side.offset = -side.offset;
    }
    const auto pair_hash = [&, lo = lower, hi = upper](stream purpose) {
        const std::uint64_t first =
            hashed(stream_key(phantom, purpose), static_cast<std::uint64_t>(lo.y), static_cast<std::uint64_t>(lo.x));
        return hashed(first, static_cast<std::uint64_t>(hi.y), static_cast<std::uint64_t>(hi.x));
    };
    const bool cracked = unit_interval(pair_hash(cracked_line)) < phantom.cracked_share;
    side.kind = cracked ? boundary_kind::plate : boundary_kind::joined;
    side.line = pair_hash(line_name);
    return side;
}

/// Heights between which outlines must hold: the volume and what blur sees beyond it.
std::pair<double, double> heights(const phantom_source& phantom) {
    const auto reach = static_cast<double>(gaussian_radius(phantom.blur_sigma));
    return {-reach, static_cast<double>(phantom.shape.z) + reach};
}

/// The narrowest and the widest cracks of the volume.
std::pair<crack_widths, crack_widths> width_range(const phantom_source& phantom) {
    const auto [bottom, top] = heights(phantom);
    const crack_widths a = widths_at(phantom, bottom);
    const crack_widths b = widths_at(phantom, top);
    return std::minmax(a, b, [](const crack_widths& l, const crack_widths& r) { return l.plate < r.plate; });
}

/// Drops sides that cut nothing off at any height and sets the bounds. False when the cracks leave nothing of the
/// piece.
bool simplify(const phantom_source& phantom, const point2& centre, solid_piece& piece) {
    const double reach = 2 * phantom.islet_diameter;
    const auto [narrow, cracks] = width_range(phantom);
    const crack_widths wide = with_shells(phantom, cracks);
    const convex_polygon largest =
        outline(piece, {{centre.y - reach, centre.x - reach}, {centre.y + reach, centre.x + reach}}, narrow);
    if (largest.size() < 3)
        return false;
    piece.bounds = {{centre.y + reach, centre.x + reach}, {centre.y - reach, centre.x - reach}};
    for (const polygon_corner& corner : largest) {
        piece.bounds.lo = {std::min(piece.bounds.lo.y, corner.at.y), std::min(piece.bounds.lo.x, corner.at.x)};
        piece.bounds.hi = {std::max(piece.bounds.hi.y, corner.at.y), std::max(piece.bounds.hi.x, corner.at.x)};
    }
    constexpr double rounding = 1e-6;
    std::erase_if(piece.sides, [&](const boundary& side) {
        return std::all_of(largest.begin(), largest.end(), [&](const polygon_corner& corner) {
            const double reached = side.normal.y * corner.at.y + side.normal.x * corner.at.x;
            return reached <= side.offset - wide.of(side.kind) / 2 - rounding;
        });
    });
    return true;
}

/// Centres of the three pieces of an islet with fine cracks: a triangle about the islet's centre, turned and shaken.
std::array<point2, 3> fine_centres(const phantom_source& phantom, const islet_cell& islet) {
    const point2 centre = islet_centre(phantom, islet);
    const auto shake = [&](std::uint64_t number) { return uniform(phantom, fine_place, islet, number) - 0.5; };
    const double length = std::max(1e-3, std::sqrt(shake(0) * shake(0) + shake(1) * shake(1)));
    const point2 turn{shake(0) / length, shake(1) / length};
    constexpr std::array<point2, 3> triangle{{{0.24, 0}, {-0.12, 0.2}, {-0.12, -0.2}}};
    std::array<point2, 3> centres;
    for (std::size_t i = 0; i < 3; ++i) {
        const point2 p{triangle[i].y + 0.12 * shake(2 + 2 * i), triangle[i].x + 0.12 * shake(3 + 2 * i)};
        centres[i] = {centre.y + phantom.islet_diameter * (turn.y * p.y - turn.x * p.x),
                      centre.x + phantom.islet_diameter * (turn.x * p.y + turn.y * p.x)};
    }
    return centres;
}

std::vector<solid_piece> parted(const phantom_source& phantom, const islet_cell& islet, const solid_piece& piece) {
    std::vector<solid_piece> pieces;
    const std::array<point2, 3> centres = fine_centres(phantom, islet);
    for (const point2& own : centres) {
        solid_piece part = piece;
        for (const point2& other : centres)
            if (&own != &other) {
                part.sides.push_back(bisector(own, other));
                part.sides.back().kind = boundary_kind::fine;
            }
        pieces.push_back(std::move(part));
    }
    return pieces;
}

std::vector<solid_piece> pieces_of(const phantom_source& phantom, const islet_cell& islet) {
    solid_piece body;
    for (index_t y = islet.y - 2; y <= islet.y + 2; ++y)
        for (index_t x = islet.x - 2; x <= islet.x + 2; ++x)
            if (islet_cell{y, x} != islet)
                body.sides.push_back(islet_side(phantom, islet, {y, x}));
    const point2 centre = islet_centre(phantom, islet);
    if (!simplify(phantom, centre, body))
        return {};
    if (phantom.fine_crack_width <= 0 || uniform(phantom, fine_share, islet, 0) >= phantom.fine_crack_share)
        return {std::move(body)};
    std::vector<solid_piece> pieces = parted(phantom, islet, body);
    std::erase_if(pieces, [&](solid_piece& piece) { return !simplify(phantom, centre, piece); });
    return pieces;
}

islet_cell nearest_islet(const phantom_source& phantom, const point2& p) {
    const islet_cell own = cell_at(phantom, p);
    islet_cell nearest = own;
    double least = HUGE_VAL;
    for (index_t y = own.y - 1; y <= own.y + 1; ++y)
        for (index_t x = own.x - 1; x <= own.x + 1; ++x) {
            const point2 centre = islet_centre(phantom, {y, x});
            const double distance_sq = (centre.y - p.y) * (centre.y - p.y) + (centre.x - p.x) * (centre.x - p.x);
            if (distance_sq < least) {
                least = distance_sq;
                nearest = {y, x};
            }
        }
    return nearest;
}

}  // namespace

crack_widths widths_at(const phantom_source& phantom, double z) {
    const double share = z / static_cast<double>(phantom.shape.z);
    const double grows = phantom.crack_width_separator - phantom.crack_width_collector;
    return {std::max(0.0, phantom.crack_width_collector + share * grows), phantom.fine_crack_width};
}

crack_widths with_shells(const phantom_source& phantom, const crack_widths& cracks) {
    const auto grown = [&](double width) { return width > 0 ? width + 2 * phantom.shell_thickness : width; };
    return {grown(cracks.plate), grown(cracks.fine)};
}

std::vector<solid_piece> pieces_in(const phantom_source& phantom, const window2& window) {
    const islet_cell lo = cell_at(phantom, window.lo);
    const islet_cell hi = cell_at(phantom, window.hi);
    std::vector<solid_piece> pieces;
    for (index_t y = lo.y - 1; y <= hi.y + 1; ++y)
        for (index_t x = lo.x - 1; x <= hi.x + 1; ++x)
            for (solid_piece& piece : pieces_of(phantom, {y, x})) {
                const window2& at = piece.bounds;
                if (at.lo.y <= window.hi.y && at.hi.y >= window.lo.y && at.lo.x <= window.hi.x &&
                    at.hi.x >= window.lo.x)
                    pieces.push_back(std::move(piece));
            }
    return pieces;
}

std::vector<solid_piece> pieces_around(const phantom_source& phantom, const point2& p) {
    return pieces_of(phantom, nearest_islet(phantom, p));
}

std::uint64_t hashed(std::uint64_t key, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    const auto mixed = [](std::uint64_t bits) {
        bits += 0x9E3779B97F4A7C15U;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
        return bits ^ (bits >> 31);
    };
    return mixed(mixed(mixed(mixed(key) ^ a) ^ b) ^ c);
}

}  // namespace tomosweep
