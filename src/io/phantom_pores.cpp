#include "tomosweep/io/phantom_pores.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_geometry.hpp"
#include "tomosweep/io/phantom_interfaces.hpp"

namespace tomosweep {
namespace {

/// Whether the sphere with its gap lies inside one piece of bare solid, whatever the widths over its height.
bool inside_one_piece(const phantom_source& phantom, const pore& sphere) {
    const double reach = phantom.pore_radius + pore_gap;
    crack_widths widths = widths_at(phantom, sphere.z - reach);
    widths.plate = std::max(widths.plate, widths_at(phantom, sphere.z + reach).plate);
    widths = with_shells(phantom, widths);
    const std::vector<solid_piece> pieces = pieces_around(phantom, {sphere.y, sphere.x});
    return std::any_of(pieces.begin(), pieces.end(), [&](const solid_piece& piece) {
        return std::all_of(piece.sides.begin(), piece.sides.end(), [&](const boundary& side) {
            const double room = side.offset - side.normal.y * sphere.y - side.normal.x * sphere.x;
            return room - widths.of(side.kind) / 2 >= reach;
        });
    });
}

/// The pores placed so far, by cubes as wide as the least distance: a pore too close lies in one of the nearest 27.
class placed_pores {
public:
    explicit placed_pores(double distance) : distance_(distance) {}

    bool too_close(const pore& p) const {
        const auto [z, y, x] = cube_of(p);
        for (index_t n = 0; n < 27; ++n) {
            const auto cube = cubes_.find({z + n / 9 - 1, y + n / 3 % 3 - 1, x + n % 3 - 1});
            if (cube != cubes_.end() && std::any_of(cube->second.begin(), cube->second.end(),
                                                    [&](const pore& other) { return near(other, p); }))
                return true;
        }
        return false;
    }
    void insert(const pore& p) { cubes_[cube_of(p)].push_back(p); }

private:
    using cube_index = std::tuple<index_t, index_t, index_t>;

    cube_index cube_of(const pore& p) const {
        const auto place = [this](double at) { return static_cast<index_t>(std::floor(at / distance_)); };
        return {place(p.z), place(p.y), place(p.x)};
    }
    bool near(const pore& a, const pore& b) const {
        return (a.z - b.z) * (a.z - b.z) + (a.y - b.y) * (a.y - b.y) + (a.x - b.x) * (a.x - b.x) <
               distance_ * distance_;
    }

    double distance_;
    std::map<cube_index, std::vector<pore>> cubes_;
};

/// The n-th place to try, anywhere in the volume where a sphere fits.
pore candidate(const phantom_source& phantom, double radius, std::uint64_t purpose, std::uint64_t n) {
    const auto place = [&](std::uint64_t direction, index_t length) {
        const double room = static_cast<double>(length) - 2 * radius;
        return radius + room * unit_interval(hashed(phantom.seed, purpose, n, direction));
    };
    return {place(0, phantom.shape.z), place(1, phantom.shape.y), place(2, phantom.shape.x)};
}

/// Whether the sphere with its gap lies above the electrode.
bool above_electrode(const phantom_source& phantom, const pore& sphere) {
    const phantom_interface& surface = phantom.stack->separator;
    const double reach = phantom.stack->bubble_radius + pore_gap;
    double highest = height_at(surface, phantom.shape, sphere.y, sphere.x);
    for (const double v : {-reach, 0.0, reach})
        for (const double u : {-reach, 0.0, reach})
            highest = std::max(highest, height_at(surface, phantom.shape, sphere.y + v, sphere.x + u));
    return sphere.z - reach >= highest;
}

/// As many spheres as wanted, at the first places tried that are free and where they may lie.
template <class May>
std::vector<pore> spheres(const phantom_source& phantom, const char* key, index_t wanted, double radius,
                          std::uint64_t purpose, May may) {
    constexpr index_t attempts_each = 1000;
    std::vector<pore> found;
    const auto no_room = [&] {
        return input_error("phantom", key, std::to_string(wanted),
                           "at most about " + std::to_string(found.size()) + " of this radius have room");
    };
    if (wanted > 0 && static_cast<double>(std::min({phantom.shape.z, phantom.shape.y, phantom.shape.x})) < 2 * radius)
        throw no_room();
    placed_pores placed(2 * radius + pore_gap);
    index_t failures = 0;
    for (std::uint64_t n = 0; std::ssize(found) < wanted; ++n) {
        const pore next = candidate(phantom, radius, purpose, n);
        if (placed.too_close(next) || !may(next)) {
            if (++failures > attempts_each)
                throw no_room();
            continue;
        }
        failures = 0;
        placed.insert(next);
        found.push_back(next);
    }
    std::sort(found.begin(), found.end(),
              [](const pore& a, const pore& b) { return std::tie(a.z, a.y, a.x) < std::tie(b.z, b.y, b.x); });
    return found;
}

}  // namespace

std::vector<pore> pores_of(const phantom_source& phantom) {
    return spheres(phantom, "pores", phantom.pores, phantom.pore_radius, 0x706F726573U,
                   [&](const pore& each) { return inside_one_piece(phantom, each); });
}

std::vector<pore> bubbles_of(const phantom_source& phantom) {
    if (!phantom.stack)
        return {};
    return spheres(phantom, "stack.bubbles", phantom.stack->bubbles, phantom.stack->bubble_radius, 0x627562626C6573U,
                   [&](const pore& each) { return above_electrode(phantom, each); });
}

}  // namespace tomosweep
