#include "tomosweep/io/phantom_interfaces.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_geometry.hpp"

namespace tomosweep {
namespace {

/// Least value of tilt t + bow (2 t / length)^2 for t in [-length / 2, length / 2].
double least_along(double tilt, double bow, double length) {
    const auto at = [&](double t) { return tilt * t + bow * (2 * t / length) * (2 * t / length); };
    double least = std::min(at(-length / 2), at(length / 2));
    if (bow > 0)
        least = std::min(least, at(std::clamp(-tilt * length * length / (8 * bow), -length / 2, length / 2)));
    return least;
}

/// Part of the voxel [z, z + 1) below `height`.
double part_below(double height, double z) {
    return std::clamp(height - z, 0.0, 1.0);
}

}  // namespace

double height_at(const phantom_interface& surface, const extent3& shape, double y, double x) {
    const auto ny = static_cast<double>(shape.y), nx = static_cast<double>(shape.x);
    const double v = y - ny / 2, u = x - nx / 2;
    const double bent_y = 2 * v / ny, bent_x = 2 * u / nx;
    return surface.height + surface.tilt_y * v + surface.tilt_x * u + surface.bow * (bent_y * bent_y + bent_x * bent_x);
}

double least_gap(const phantom_interface& lower, const phantom_interface& upper, const extent3& shape) {
    const double bow = upper.bow - lower.bow;
    return upper.height - lower.height + least_along(upper.tilt_y - lower.tilt_y, bow, static_cast<double>(shape.y)) +
           least_along(upper.tilt_x - lower.tilt_x, bow, static_cast<double>(shape.x));
}

double mean_gap(const phantom_interface& lower, const phantom_interface& upper) {
    return upper.height - lower.height + (upper.bow - lower.bow) * 2 / 3;
}

std::vector<double> electrode_share_of_layers(const phantom_source& phantom) {
    const extent3& shape = phantom.shape;
    std::vector<double> share(static_cast<std::size_t>(shape.z), phantom.stack ? 0.0 : 1.0);
    if (!phantom.stack)
        return share;
    for (index_t y = 0; y < shape.y; ++y)
        for (index_t x = 0; x < shape.x; ++x) {
            const double lower = height_at(phantom.stack->collector, shape, centre_of(y), centre_of(x));
            const double upper = height_at(phantom.stack->separator, shape, centre_of(y), centre_of(x));
            const auto first = std::clamp<index_t>(static_cast<index_t>(std::floor(lower)), 0, shape.z);
            const auto last = std::clamp<index_t>(static_cast<index_t>(std::ceil(upper)), 0, shape.z);
            for (index_t z = first; z < last; ++z)
                share[static_cast<std::size_t>(z)] +=
                    part_below(upper, static_cast<double>(z)) - part_below(lower, static_cast<double>(z));
        }
    for (double& each : share)
        each /= static_cast<double>(shape.y * shape.x);
    return share;
}

stack_painter::stack_painter(const phantom_source& phantom) : phantom_(&phantom) {
    require(phantom.stack.has_value(), "a phantom with collector and separator");
    constexpr std::uint64_t purpose = 0x6669627265U;
    const phantom_stack& stack = *phantom.stack;
    const extent3& shape = phantom.shape;
    for (index_t i = 0; i < stack.fibres; ++i) {
        const auto uniform = [&](std::uint64_t number) {
            return unit_interval(hashed(phantom.seed, purpose, static_cast<std::uint64_t>(i), number));
        };
        fibre one;
        one.y = uniform(0) * static_cast<double>(shape.y);
        one.x = uniform(1) * static_cast<double>(shape.x);
        one.along_y = std::sin(std::numbers::pi * uniform(2));
        one.along_x = std::cos(std::numbers::pi * uniform(2));
        // The square brings more of them close to the electrode.
        const double lowest = height_at(stack.separator, shape, one.y, one.x) + stack.fibre_radius;
        one.z = lowest + uniform(3) * uniform(3) * std::max(0.0, static_cast<double>(shape.z) - lowest);
        fibres_.push_back(one);
    }
    bubbles_ = bubbles_of(phantom);
}

double stack_painter::separator_grey(double z, double y, double x) const {
    const phantom_stack& stack = *phantom_->stack;
    double covered = 0;
    for (const fibre& one : fibres_) {
        const double across = (y - one.y) * one.along_x - (x - one.x) * one.along_y;
        const double distance = std::sqrt((z - one.z) * (z - one.z) + across * across);
        covered = std::max(covered, std::clamp(stack.fibre_radius + 0.5 - distance, 0.0, 1.0));
    }
    const double grey = stack.electrolyte_grey + covered * (stack.fibre_grey - stack.electrolyte_grey);
    double gas = 0;
    for (const pore& one : bubbles_) {
        const double distance =
            std::sqrt((z - one.z) * (z - one.z) + (y - one.y) * (y - one.y) + (x - one.x) * (x - one.x));
        gas = std::max(gas, std::clamp(stack.bubble_radius + 0.5 - distance, 0.0, 1.0));
    }
    return grey + gas * (stack.bubble_grey - grey);
}

void stack_painter::cover(std::span<double> levels, const index3& first) const {
    const phantom_stack& stack = *phantom_->stack;
    const auto bottom = static_cast<double>(first.z);
    const double y = centre_of(first.y);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const double x = centre_of(first.x + static_cast<index_t>(i));
        const double of_electrode = part_below(height_at(stack.separator, phantom_->shape, y, x), bottom);
        if (of_electrode < 1)
            levels[i] = of_electrode * levels[i] + (1 - of_electrode) * separator_grey(bottom + 0.5, y, x);
        const double of_collector = part_below(height_at(stack.collector, phantom_->shape, y, x), bottom);
        levels[i] = of_collector * stack.collector_grey + (1 - of_collector) * levels[i];
    }
}

}  // namespace tomosweep
