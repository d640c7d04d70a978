#pragma once

#include <array>

#include "own_block.hpp"
#include "tomosweep/core/index.hpp"
#include "tomosweep/grid/halo.hpp"

namespace tomosweep {

/// The voxels around `inner` that `outer` has more, as six boxes that do not overlap: below and above along z over the
/// whole of `outer`, then along y, then along x. Boxes may be empty.
constexpr std::array<box3, 6> shell(const box3& inner, const box3& outer) {
    std::array<box3, 6> boxes{};
    if (inner.empty())
        return boxes;
    box3 rest = outer;
    std::size_t next = 0;
    for (axis direction : {axis::z, axis::y, axis::x}) {
        boxes[next] = rest;
        along(boxes[next++].hi, direction) = along(inner.lo, direction);
        boxes[next] = rest;
        along(boxes[next++].lo, direction) = along(inner.hi, direction);
        along(rest.lo, direction) = along(inner.lo, direction);
        along(rest.hi, direction) = along(inner.hi, direction);
    }
    return boxes;
}

/// Fills the voxels of `target` around the own block, out to `box`, with those of the ranks that own them. Collective.
template <class T>
void fetch_shell(const domain& grid, view3<T> own, const box3& box, view3<T> target) {
    for (const box3& side : shell(grid.own(), box)) {
        const auto layer = fetch(grid, view3<const T>(own), side);
        if (!side.empty())
            copy(layer.view(), target.part(relative(side, box.lo)));
    }
}

}  // namespace tomosweep
