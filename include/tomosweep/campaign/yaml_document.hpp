#pragma once

#include <cstddef>
#include <string>

#include <yaml-cpp/yaml.h>

namespace tomosweep {

/// What a YAML file may be at most. Far beyond any real campaign, and small enough that no file can exhaust the memory.
struct yaml_limits {
    std::size_t bytes = 8U << 20U;
    int depth = 24;               ///< mappings and lists within each other
    std::size_t nodes = 250'000;  ///< values, with every alias counted as often as it is used
};

/// The text of a small file. Throws job_error when it cannot be read or is larger than `limits`.
std::string read_yaml_file(const std::string& path, const yaml_limits& limits = {});

/// The only document in `text`. Throws job_error (one problem, with its line) for wrong syntax, several documents,
/// values nested too deeply, and aliases that contain themselves or multiply beyond `limits`. `file` is for messages.
YAML::Node parse_yaml(const std::string& text, const std::string& file, const yaml_limits& limits = {});

}  // namespace tomosweep
