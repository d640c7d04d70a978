#pragma once

#include <algorithm>
#include <cstdint>

#include "face_zipper.hpp"
#include "tomosweep/kernels/component_tree.hpp"

namespace tomosweep::detail {

inline face_extent extent_of_face(const extent3& extent, int direction) {
    return direction == 0   ? face_extent{extent.y, extent.x}
           : direction == 1 ? face_extent{extent.z, extent.x}
                            : face_extent{extent.z, extent.y};
}

inline index_t component_of(const index3& index, int direction) {
    return along(index, static_cast<axis>(direction));
}

/// True when the volume goes on beyond that face of the box.
inline bool face_open(const box3& box, const extent3& whole, int direction, int side) {
    return side == 0 ? component_of(box.lo, direction) > 0
                     : component_of(box.hi, direction) < component_of(whole, direction);
}

/// Like join, but leaves in the tree what has become settled, with merged nodes still there.
boundary_tree attach(boundary_tree a, boundary_tree b);

/// Moves out of the tree what no open face sees any more, and puts the rest in order.
void settle(boundary_tree& tree, component_curves& curves);

}  // namespace tomosweep::detail
