#include "tomosweep/io/phantom_rings.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tomosweep/io/phantom_geometry.hpp"

namespace tomosweep {
namespace {

constexpr std::uint64_t purpose = 0x72696E6773U;

std::array<double, 2> center_of(const phantom_source& phantom) {
    return phantom.ring_center.value_or(
        std::array{static_cast<double>(phantom.shape.y) / 2, static_cast<double>(phantom.shape.x) / 2});
}

double farthest_radius(const phantom_source& phantom) {
    const auto [y, x] = center_of(phantom);
    return std::hypot(std::max(std::abs(y), std::abs(static_cast<double>(phantom.shape.y) - y)),
                      std::max(std::abs(x), std::abs(static_cast<double>(phantom.shape.x) - x)));
}

}  // namespace

std::vector<phantom_ring> rings_of(const phantom_source& phantom, index_t layer) {
    const double farthest = farthest_radius(phantom);
    const std::uint64_t key = hashed(phantom.seed, purpose, static_cast<std::uint64_t>(layer));
    std::vector<phantom_ring> rings;
    for (index_t i = 0; i < phantom.ring_count; ++i) {
        const auto number = static_cast<std::uint64_t>(i);
        const double strength = unit_interval(hashed(key, number, 1)) - 0.5;
        const double level = phantom.ring_amplitude * (strength + (strength < 0 ? -0.5 : 0.5));
        rings.push_back({farthest * unit_interval(hashed(key, number, 0)), level});
    }
    std::ranges::sort(rings, {}, &phantom_ring::radius);
    return rings;
}

void phantom_rings::add_to(std::span<double> row, const index3& first) const {
    if (phantom_.ring_count == 0 || phantom_.ring_amplitude == 0)
        return;
    constexpr double widths = 3;  // beyond them a ring has less than 1e-10 of its level
    const std::vector<phantom_ring> rings = rings_of(phantom_, first.z);
    const auto [centre_y, centre_x] = center_of(phantom_);
    const double reach = widths * phantom_.ring_width;
    const double off_y = static_cast<double>(first.y) + 0.5 - centre_y;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double off_x = static_cast<double>(first.x) + static_cast<double>(i) + 0.5 - centre_x;
        const double radius = std::sqrt(off_y * off_y + off_x * off_x);
        for (auto ring = std::ranges::lower_bound(rings, radius - reach, {}, &phantom_ring::radius);
             ring != rings.end() && ring->radius <= radius + reach; ++ring) {
            const double off = (radius - ring->radius) / phantom_.ring_width;
            row[i] += ring->level * std::exp(-4 * std::numbers::ln2 * off * off);
        }
    }
}

}  // namespace tomosweep
