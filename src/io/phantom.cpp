#include "tomosweep/io/phantom.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include <fmt/format.h>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_interfaces.hpp"
#include "tomosweep/io/phantom_pores.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep {
namespace {

void check_range(const char* name, double value, double low, double high) {
    if (!(value >= low && value <= high))
        throw input_error("phantom", name, fmt::format("{}", value), fmt::format("{} to {}", low, high));
}

/// Every block of voxels is grown by four sigma on all sides while it is blurred.
constexpr double widest_blur = 50;

/// Every ring is looked at for every row.
constexpr double most_rings = 10'000;

/// The outlines of all islets of a layer are held at once, about a kilobyte each.
double least_diameter(const phantom_source& phantom) {
    constexpr double most_islets = 1e6;
    const double layer = static_cast<double>(phantom.shape.y) * static_cast<double>(phantom.shape.x);
    return std::max(1.0, std::sqrt(layer / most_islets));
}

/// Spheres of the radius and the gap around it fill no more than all space; and all are held in memory.
double most_pores(const phantom_source& phantom) {
    constexpr double most = 1e7;
    const auto room = [&](index_t length) { return static_cast<double>(length) + pore_gap; };
    const double edge = 2 * phantom.pore_radius + pore_gap;
    const double sphere = std::numbers::pi / 6 * edge * edge * edge;
    const extent3& shape = phantom.shape;
    return std::min(most, std::floor(room(shape.z) * room(shape.y) * room(shape.x) / sphere));
}

void check_interface(const char* name, const phantom_interface& surface) {
    constexpr double farthest = 1e6;
    constexpr double steepest = 1;
    check_range(name, surface.height, -farthest, farthest);
    check_range(name, surface.tilt_y, -steepest, steepest);
    check_range(name, surface.tilt_x, -steepest, steepest);
    check_range(name, surface.bow, -farthest, farthest);
}

void check_stack(const phantom_stack& stack, const extent3& shape) {
    check_interface("stack.collector", stack.collector);
    check_interface("stack.separator", stack.separator);
    if (least_gap(stack.collector, stack.separator, shape) <= 0)
        throw input_error("phantom", "stack", "a separator that meets the collector",
                          "a separator above the collector everywhere in the field");
    check_range("stack.collector_grey", stack.collector_grey, 0, 255);
    check_range("stack.electrolyte_grey", stack.electrolyte_grey, 0, 255);
    check_range("stack.fibre_grey", stack.fibre_grey, 0, 255);
    // Every voxel above the electrode asks every fibre.
    check_range("stack.fibres", static_cast<double>(stack.fibres), 0, 10'000);
    check_range("stack.fibre_radius", stack.fibre_radius, 0, 1000);
    check_range("stack.bubbles", static_cast<double>(stack.bubbles), 0, 10'000);
    check_range("stack.bubble_radius", stack.bubble_radius, 0, 1000);
    check_range("stack.bubble_grey", stack.bubble_grey, 0, 255);
}

}  // namespace

void check_phantom(const phantom_source& phantom) {
    constexpr double longest = 1e6;
    for (const axis direction : {axis::z, axis::y, axis::x})
        check_range("shape", static_cast<double>(along(phantom.shape, direction)), 1, longest);
    io::require_countable(phantom.shape, "phantom", "shape");
    check_range("islet_diameter", phantom.islet_diameter, least_diameter(phantom), longest);
    check_range("crack_width_collector", phantom.crack_width_collector, 0, longest);
    check_range("crack_width_separator", phantom.crack_width_separator, 0, longest);
    check_range("cracked_share", phantom.cracked_share, 0, 1);
    check_range("fine_crack_width", phantom.fine_crack_width, 0, longest);
    check_range("fine_crack_share", phantom.fine_crack_share, 0, 1);
    check_range("pore_radius", phantom.pore_radius, 0, longest);
    check_range("pores", static_cast<double>(phantom.pores), 0, most_pores(phantom));
    check_range("solid_grey", phantom.solid_grey, 0, 255);
    check_range("crack_grey", phantom.crack_grey, 0, 255);
    check_range("shell_thickness", phantom.shell_thickness, 0, longest);
    check_range("shell_grey", phantom.shell_grey, 0, 255);
    check_range("blur_sigma", phantom.blur_sigma, 0, widest_blur);
    check_range("noise_sigma", phantom.noise_sigma, 0, 1000);
    if (phantom.stack)
        check_stack(*phantom.stack, phantom.shape);
    check_range("ring_count", static_cast<double>(phantom.ring_count), 0, most_rings);
    check_range("ring_amplitude", phantom.ring_amplitude, 0, 1000);
    check_range("ring_width", phantom.ring_width, 0.1, longest);
    for (const double center : phantom.ring_center.value_or(std::array<double, 2>{}))
        check_range("ring_center", center, -longest, longest);
}

}  // namespace tomosweep
