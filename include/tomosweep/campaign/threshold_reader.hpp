#pragma once

#include <optional>
#include <string_view>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Reads `threshold:` of a sweep or of a phase: {values}, {from, to, step}, or {rule, classes, take, scope, offsets}.
/// Values come out ascending and without duplicates; pairs [low, high] fill both lists. Returns nothing after having
/// reported what is wrong.
std::optional<threshold_spec> read_threshold(const yaml_value& value);

}  // namespace tomosweep
