#include "tomosweep/io/phantom.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

void check_range(const char* name, double value, double low, double high) {
    if (!(value >= low && value <= high))
        throw input_error("phantom", name, std::to_string(value), std::to_string(low) + " to " + std::to_string(high));
}

}  // namespace

void check_phantom(const phantom_source& phantom) {
    constexpr double longest = 1e6;
    constexpr double least_diameter = 1;
    for (const axis direction : {axis::z, axis::y, axis::x})
        check_range("shape", static_cast<double>(along(phantom.shape, direction)), 1, longest);
    check_range("islet_diameter", phantom.islet_diameter, least_diameter, longest);
    check_range("crack_width_collector", phantom.crack_width_collector, 0, longest);
    check_range("crack_width_separator", phantom.crack_width_separator, 0, longest);
    check_range("cracked_share", phantom.cracked_share, 0, 1);
    check_range("fine_crack_width", phantom.fine_crack_width, 0, longest);
    check_range("fine_crack_share", phantom.fine_crack_share, 0, 1);
    check_range("pores", static_cast<double>(phantom.pores), 0, 1e9);
    check_range("pore_radius", phantom.pore_radius, 0, longest);
    check_range("solid_grey", phantom.solid_grey, 0, 255);
    check_range("crack_grey", phantom.crack_grey, 0, 255);
    check_range("blur_sigma", phantom.blur_sigma, 0, 1000);
    check_range("noise_sigma", phantom.noise_sigma, 0, 1000);
}

}  // namespace tomosweep
