#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tomosweep {

/// Writes `content` to `path`, whole or not at all, for programs and people to read; bytes that are no UTF-8 are
/// replaced. Local. Throws resource_error naming the path.
void write_json_file(const std::string& path, const nlohmann::json& content);

}  // namespace tomosweep
