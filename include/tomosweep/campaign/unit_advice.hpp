#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tomosweep {

/// What to write instead of the unknown key `name` with the value `text`, when it is one of `known` in another unit or
/// without one: "1.9 mg/cm2 = 19 g/m2: write silicon_loading_mg_per_cm2: 1.9". Empty for any other name. Pure.
std::string advice_on_unit(std::string_view name, std::string_view text, const std::vector<std::string_view>& known);

/// The same for a value that has a unit of its own, such as `silicon_loading_mg_per_cm2: 19 g/m2`. Pure.
std::string advice_on_value(std::string_view key, std::string_view text);

}  // namespace tomosweep
