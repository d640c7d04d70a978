#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "tomosweep/core/array.hpp"

namespace tomosweep {

/// Number formats of a scan's grey levels.
enum class dtype : std::uint8_t { uint8, uint16, int16, float32 };

constexpr std::size_t bytes_per_voxel(dtype type) {
    return type == dtype::uint8 ? 1 : type == dtype::float32 ? 4 : 2;
}

constexpr std::string_view name_of(dtype type) {
    constexpr std::string_view names[] = {"uint8", "uint16", "int16", "float32"};
    return names[static_cast<std::size_t>(type)];
}

/// A block of grey levels in the scan's own number format; the alternatives stand in the order of dtype.
using grey_volume = std::variant<array3<std::uint8_t>, array3<std::uint16_t>, array3<std::int16_t>, array3<float>>;

inline dtype dtype_of(const grey_volume& grey) {
    return static_cast<dtype>(grey.index());
}

/// Uninitialised grey volume of the given format.
inline grey_volume make_grey(dtype type, extent3 extent) {
    switch (type) {
        case dtype::uint8: return array3<std::uint8_t>(extent);
        case dtype::uint16: return array3<std::uint16_t>(extent);
        case dtype::int16: return array3<std::int16_t>(extent);
        case dtype::float32: break;
    }
    return array3<float>(extent);
}

}  // namespace tomosweep
