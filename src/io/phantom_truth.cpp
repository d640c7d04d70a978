#include "tomosweep/io/phantom_truth.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "tomosweep/core/unknown.hpp"
#include "tomosweep/io/phantom_interfaces.hpp"
#include "tomosweep/io/phantom_polygon.hpp"
#include "tomosweep/io/phantom_pores.hpp"

namespace tomosweep {
namespace {

/// An edge of a piece on a line where another piece may touch it, as an interval along that line.
struct contact {
    std::uint64_t line = 0;
    bool upper_side = false;
    double lo = 0;
    double hi = 0;
};

contact contact_of(const boundary& side, const point2& a, const point2& b) {
    // The same direction from both sides, so that their intervals can be compared.
    const double sign = side.upper_side ? -1 : 1;
    const auto position = [&](const point2& p) { return sign * (side.normal.y * p.x - side.normal.x * p.y); };
    return {side.line, side.upper_side, std::min(position(a), position(b)), std::max(position(a), position(b))};
}

/// Adds the edges of one piece to the layer; contacts are kept for later.
void measure_piece(const solid_piece& piece, const window2& window, const crack_widths& widths, layer_measure& layer,
                   std::vector<contact>& contacts) {
    const convex_polygon polygon = outline(piece, window, widths);
    layer.solid_area += area_of(polygon);
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const point2& a = polygon[i].at;
        const point2& b = polygon[(i + 1) % polygon.size()].at;
        if (polygon[i].side < 0)
            continue;
        const boundary& side = piece.sides[static_cast<std::size_t>(polygon[i].side)];
        if (widths.of(side.kind) <= 0)
            contacts.push_back(contact_of(side, a, b));
        else
            (side.kind == boundary_kind::plate ? layer.plate_edges : layer.straight_edges) +=
                std::sqrt((b.y - a.y) * (b.y - a.y) + (b.x - a.x) * (b.x - a.x));
    }
}

/// Length of one line that only one of its two sides covers. Intervals of the same side do not overlap.
double bare_length(std::span<const contact> line) {
    double bare = 0;
    for (const contact& a : line) {
        bare += a.hi - a.lo;
        for (const contact& b : line)
            if (a.upper_side != b.upper_side)
                bare -= std::max(0.0, std::min(a.hi, b.hi) - std::max(a.lo, b.lo));
    }
    return std::max(0.0, bare);
}

double bare_length_of_lines(std::vector<contact>& contacts) {
    std::stable_sort(contacts.begin(), contacts.end(),
                     [](const contact& a, const contact& b) { return a.line < b.line; });
    double bare = 0;
    for (auto first = contacts.begin(); first != contacts.end();) {
        const auto last = std::find_if(first, contacts.end(), [&](const contact& c) { return c.line != first->line; });
        bare += bare_length({first, last});
        first = last;
    }
    return bare;
}

/// Volume of the ball of `radius` between the heights lo and hi, both counted from its centre.
double ball_slice(double radius, double lo, double hi) {
    const double a = std::clamp(lo, -radius, radius);
    const double b = std::clamp(hi, -radius, radius);
    return std::numbers::pi * (radius * radius * (b - a) - (b * b * b - a * a * a) / 3);
}

/// Volume of the pores in every layer.
std::vector<double> pore_volumes(const std::vector<pore>& pores, double radius, index_t layers) {
    std::vector<double> volumes(static_cast<std::size_t>(layers), 0.0);
    for (const pore& p : pores) {
        const auto first = std::max<index_t>(0, static_cast<index_t>(std::floor(p.z - radius)));
        const auto last = std::min(layers, static_cast<index_t>(std::ceil(p.z + radius)));
        for (index_t z = first; z < last; ++z)
            volumes[static_cast<std::size_t>(z)] +=
                ball_slice(radius, static_cast<double>(z) - p.z, static_cast<double>(z) + 1 - p.z);
    }
    return volumes;
}

/// A layer, and the solid in it that no shell covers.
struct shelled_layer : layer_measure {
    double bare_solid_area = 0;
};

shelled_layer measured(const phantom_source& phantom, std::span<const solid_piece> pieces, const window2& window,
                       double height) {
    const crack_widths widths = widths_at(phantom, height);
    shelled_layer layer{measure_layer(pieces, window, widths)};
    layer.bare_solid_area = phantom.shell_thickness > 0
                                ? measure_layer(pieces, window, with_shells(phantom, widths)).solid_area
                                : layer.solid_area;
    return layer;
}

std::vector<shelled_layer> measure_layers(const phantom_source& phantom, const window2& window) {
    const std::vector<solid_piece> pieces = pieces_in(phantom, window);
    const bool constant = phantom.crack_width_collector == phantom.crack_width_separator;
    std::vector<shelled_layer> layers(static_cast<std::size_t>(phantom.shape.z));
    const auto different = constant ? std::size_t{1} : layers.size();
#pragma omp parallel for schedule(dynamic)
    for (std::size_t z = 0; z < different; ++z)
        layers[z] = measured(phantom, pieces, window, static_cast<double>(z) + 0.5);
    std::fill(layers.begin() + static_cast<std::ptrdiff_t>(different), layers.end(), layers.front());
    return layers;
}

}  // namespace

layer_measure measure_layer(std::span<const solid_piece> pieces, const window2& window, const crack_widths& widths) {
    layer_measure layer;
    std::vector<contact> contacts;
    for (const solid_piece& piece : pieces)
        measure_piece(piece, window, widths, layer, contacts);
    layer.straight_edges += bare_length_of_lines(contacts);
    return layer;
}

phantom_truth truth_of(const phantom_source& phantom) {
    check_phantom(phantom);
    const extent3 shape = phantom.shape;
    const window2 window{{0, 0}, {static_cast<double>(shape.y), static_cast<double>(shape.x)}};
    const double area = window.hi.y * window.hi.x;
    const std::vector<shelled_layer> layers = measure_layers(phantom, window);
    const std::vector<pore> pores = pores_of(phantom);
    const std::vector<double> pore_volume = pore_volumes(pores, phantom.pore_radius, shape.z);
    const double tilt =
        (phantom.crack_width_separator - phantom.crack_width_collector) / (2 * static_cast<double>(shape.z));
    const double radius = phantom.pore_radius;

    // Cut polygons of a volume without cracks add up to its area only up to rounding.
    constexpr double rounding = 1e-11;
    phantom_truth truth;
    const std::vector<double> share = electrode_share_of_layers(phantom);
    const double ball_surface = 4 * std::numbers::pi * radius * radius;
    double volume = 0;
    double surface = 0;
    double region = 0;
    double shells = 0;
    for (std::size_t z = 0; z < layers.size(); ++z) {
        const shelled_layer& layer = layers[z];
        const double bare = area - layer.solid_area;
        const double cracks = (bare > rounding * area ? bare : 0) + pore_volume[z];
        volume += share[z] * cracks;
        region += share[z] * area;
        shells += share[z] * (layer.solid_area - layer.bare_solid_area);
        surface += share[z] * (layer.plate_edges * std::sqrt(1 + tilt * tilt) + layer.straight_edges);
        truth.layer_crack_fraction.push_back(cracks / area);
        truth.layer_crack_perimeter.push_back((layer.plate_edges + layer.straight_edges) / area);
        truth.layer_plate_width.push_back(widths_at(phantom, static_cast<double>(z) + 0.5).plate);
    }
    for (const pore& p : pores)
        surface += ball_surface * share[std::min(static_cast<std::size_t>(p.z), share.size() - 1)];
    truth.crack_fraction = quotient(volume, region);
    truth.crack_surface_per_volume = quotient(surface, volume);
    truth.shell_fraction = quotient(shells, region);
    if (phantom.stack)
        truth.bubble_volume = static_cast<double>(phantom.stack->bubbles) * 4 / 3 * std::numbers::pi *
                              std::pow(phantom.stack->bubble_radius, 3);
    truth.electrode_thickness = phantom.stack ? mean_gap(phantom.stack->collector, phantom.stack->separator) : unknown;
    return truth;
}

}  // namespace tomosweep
