#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "tomosweep/campaign/yaml_reader.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// Reads `source:` from its layers, the scan's own first. Paths count from `folder` and come out absolute. Returns
/// nothing after having reported that the type is missing or unknown; other problems are reported too.
std::optional<source_spec> read_source(const std::vector<yaml_value>& layers, const std::filesystem::path& folder);

}  // namespace tomosweep
