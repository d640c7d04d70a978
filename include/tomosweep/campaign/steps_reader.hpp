#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// What the values of {from, to, step} are.
struct steps_of {
    std::string one;   ///< "grey level"
    std::string many;  ///< "thresholds"
    std::size_t most = 0;
    number_range range{};
};

/// The values of {from, to, step}: from, from + step, ... up to `to`, each rounded to 15 digits, so that they are what
/// one would have written in a list. Returns nothing after having reported what is wrong.
std::optional<std::vector<double>> read_steps(const yaml_map& map, const steps_of& what);

}  // namespace tomosweep
