#include "tomosweep/io/phantom_pores.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_geometry.hpp"

namespace tomosweep {
namespace {

/// Whether the sphere with its gap lies inside one piece of solid, whatever the widths over its height.
bool inside_one_piece(const phantom_source& phantom, const pore& sphere) {
    const double reach = phantom.pore_radius + pore_gap;
    crack_widths widths = widths_at(phantom, sphere.z - reach);
    widths.plate = std::max(widths.plate, widths_at(phantom, sphere.z + reach).plate);
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

/// The n-th place to try, anywhere in the volume where the sphere fits.
pore candidate(const phantom_source& phantom, std::uint64_t n) {
    constexpr std::uint64_t purpose = 0x706F726573U;
    const auto place = [&](std::uint64_t direction, index_t length) {
        const double room = static_cast<double>(length) - 2 * phantom.pore_radius;
        return phantom.pore_radius + room * unit_interval(hashed(phantom.seed, purpose, n, direction));
    };
    return {place(0, phantom.shape.z), place(1, phantom.shape.y), place(2, phantom.shape.x)};
}

[[noreturn]] void throw_no_room(const phantom_source& phantom, std::size_t placed) {
    throw input_error("phantom", "pores", std::to_string(phantom.pores),
                      "at most about " + std::to_string(placed) + " pores of this radius have room in the solid");
}

}  // namespace

std::vector<pore> pores_of(const phantom_source& phantom) {
    constexpr index_t attempts_per_pore = 1000;
    std::vector<pore> pores;
    if (phantom.pores == 0)
        return pores;
    if (static_cast<double>(std::min({phantom.shape.z, phantom.shape.y, phantom.shape.x})) < 2 * phantom.pore_radius)
        throw_no_room(phantom, 0);
    placed_pores placed(2 * phantom.pore_radius + pore_gap);
    index_t failures = 0;
    for (std::uint64_t n = 0; std::ssize(pores) < phantom.pores; ++n) {
        const pore next = candidate(phantom, n);
        if (placed.too_close(next) || !inside_one_piece(phantom, next)) {
            if (++failures > attempts_per_pore)
                throw_no_room(phantom, pores.size());
            continue;
        }
        failures = 0;
        placed.insert(next);
        pores.push_back(next);
    }
    std::sort(pores.begin(), pores.end(),
              [](const pore& a, const pore& b) { return std::tie(a.z, a.y, a.x) < std::tie(b.z, b.y, b.x); });
    return pores;
}

}  // namespace tomosweep
