#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tomosweep {

/// A unit as keys and users spell it: `mg_per_cm2` behind a key, mg/cm2 in a text.
struct named_unit {
    std::string symbol;               ///< such as mg/cm2
    std::array<int, 5> dimensions{};  ///< exponents of length, mass, time, charge, amount, as in quantity
    double si = 1;                    ///< its size in SI base units

    bool same_kind(const named_unit& other) const { return dimensions == other.dimensions; }
};

/// A key taken apart: `silicon_loading_mg_per_cm2` is silicon_loading in mg/cm2.
struct key_with_unit {
    std::string_view stem;
    std::optional<named_unit> unit;  ///< none when the key does not end in one
};

/// Pure.
key_with_unit split_unit(std::string_view key);

/// The unit that stands in a text as mg/cm2, mAh/g, um or um^3; nothing for anything else. Pure.
std::optional<named_unit> unit_of_symbol(std::string_view symbol);

}  // namespace tomosweep
