#pragma once

#include <cstdint>
#include <vector>

/// Numbers as bytes: groups of seven bits, lowest first, whose highest bit says that more follow.
namespace tomosweep::seven_bits {

inline void append(std::vector<std::uint8_t>& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

inline std::uint64_t take(const std::uint8_t*& next) {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const std::uint8_t byte = *next++;
        value |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80)
            return value;
    }
}

}  // namespace tomosweep::seven_bits
