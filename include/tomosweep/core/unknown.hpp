#pragma once

#include <cstdint>
#include <limits>

namespace tomosweep {

/// A number that nobody knows: NaN, always with the same bits.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Unknown where there is nothing to divide by.
inline double quotient(double part, double whole) {
    return whole == 0 ? unknown : part / whole;
}

inline double ratio(std::int64_t part, std::int64_t whole) {
    return quotient(static_cast<double>(part), static_cast<double>(whole));
}

}  // namespace tomosweep
