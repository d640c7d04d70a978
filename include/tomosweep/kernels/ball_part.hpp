#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// Largest integer whose square is <= value. Exact: a double holds every 32-bit integer and its root's whole part.
inline index_t whole_root(index_t value) {
    return static_cast<index_t>(std::sqrt(static_cast<double>(value)));
}

/// The part of a ball that has to be painted, as a box around it. A ball of squared radius r, seen from a larger one s
/// whose centre is a voxel away along an axis, sticks out of it only where the offset q from its centre points the
/// other way, by (s - r) / 2 or more: elsewhere |q|^2 < r puts q into the larger ball, too.
///
/// In a code below 25^3, one digit per axis: 0 when the box is open along it, else 1 + 2 * level for offsets beyond
/// `level` twelfths of the reach, and one more for offsets before minus that. Levels are rounded so that the box is
/// never too small. 0 is the whole ball.
using part_code = std::uint16_t;

/// Along one axis: offsets q with sign q >= least; all offsets when the sign is 0.
struct part_side {
    int sign = 0;
    index_t least = 0;
};

/// Smaller balls span so few voxels that their part is not worth a code; it is 0.
inline constexpr distance_sq_t least_parted_sq = 9;

namespace part_steps {
inline constexpr index_t levels = 12;
inline constexpr index_t codes = 2 * levels + 1;  // of one axis
}  // namespace part_steps

/// `reach`: largest offset of the ball's voxels along an axis.
inline part_code code_of_part(const std::array<part_side, 3>& zyx, index_t reach) {
    index_t code = 0;
    for (const part_side& side : zyx) {
        const index_t level = std::min(side.least * part_steps::levels / (reach + 1), part_steps::levels - 1);
        code = code * part_steps::codes + (side.sign == 0 ? 0 : 1 + 2 * level + (side.sign < 0 ? 1 : 0));
    }
    return static_cast<part_code>(code);
}

/// Offsets from the centre, a box within the ball's reach; `radius_sq` is finite.
inline box3 box_of_part(part_code code, distance_sq_t radius_sq) {
    const index_t largest = static_cast<index_t>(radius_sq) - 1;
    const index_t reach = whole_root(largest);
    if (code == 0)
        return {{-reach, -reach, -reach}, {reach + 1, reach + 1, reach + 1}};
    std::array<part_side, 3> sides;
    index_t rest = code;
    for (std::size_t axis = sides.size(); axis-- > 0; rest /= part_steps::codes) {
        const index_t of_axis = rest % part_steps::codes;
        if (of_axis != 0)
            sides[axis] = {of_axis % 2 == 0 ? -1 : 1,
                           ((of_axis - 1) / 2 * (reach + 1) + part_steps::levels - 1) / part_steps::levels};
    }
    const index_t outer =
        sides[0].least * sides[0].least + sides[1].least * sides[1].least + sides[2].least * sides[2].least;
    std::array<index_t, 3> lo{}, hi{};
    for (std::size_t axis = 0; axis < sides.size(); ++axis) {
        const part_side& side = sides[axis];
        const index_t farthest = whole_root(std::max<index_t>(largest - outer + side.least * side.least, 0));
        lo[axis] = side.sign > 0 ? side.least : -farthest;
        hi[axis] = side.sign < 0 ? -side.least : farthest;
    }
    return {{lo[0], lo[1], lo[2]}, {hi[0] + 1, hi[1] + 1, hi[2] + 1}};
}

}  // namespace tomosweep
