#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Most thresholds of one sweep: beyond it, a number in the file is a slip.
inline constexpr std::size_t max_thresholds = 4096;

/// Reads `threshold:` of a sweep or of a phase: {values}, {from, to, step}, or {rule, classes, take, scope, offsets}.
/// Values come out ascending and without duplicates; pairs [low, high] fill both lists. Returns nothing after having
/// reported what is wrong.
std::optional<threshold_spec> read_threshold(const yaml_value& value);

}  // namespace tomosweep
