#pragma once

#include <array>

#include "tomosweep/core/index.hpp"

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

}  // namespace tomosweep
