#pragma once

#include <type_traits>

#include "tomosweep/core/array.hpp"

namespace tomosweep::support {

/// The voxels of `box`, each with the value of its place in the volume.
template <class Value>
auto filled(const box3& box, const Value& value_at) {
    array3<std::invoke_result_t<Value, index3>> voxels(box.extent());
    for (index_t z = box.lo.z; z < box.hi.z; ++z)
        for (index_t y = box.lo.y; y < box.hi.y; ++y)
            for (index_t x = box.lo.x; x < box.hi.x; ++x)
                voxels.view()[index3{z, y, x} - box.lo] = value_at(index3{z, y, x});
    return voxels;
}

}  // namespace tomosweep::support
