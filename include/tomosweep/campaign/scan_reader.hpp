#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Keys that one entry of `scans:` may have; all but `id` may stand in `defaults:` as well.
std::vector<std::string_view> scan_keys();

/// Reads one scan from its layers: its own mapping first, then the defaults. The mappings `source`, `region` and
/// `preprocess` are merged key by key over the layers (a source of another type takes nothing from the defaults).
/// Paths count from `folder` and come out absolute. Reports what is wrong and returns what could be read.
scan_spec read_scan(const std::vector<yaml_value>& layers, const std::filesystem::path& folder);

/// Reads a name that becomes a file, a group or a coordinate of the archive: letters, digits, '.', '_' and '-', the
/// first one a letter, a digit or '_'. Returns nothing after having reported.
std::optional<std::string> read_name(const yaml_value& value);

}  // namespace tomosweep
