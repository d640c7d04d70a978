#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tomosweep {

/// Writes `content` to `path`, whole or not at all, for programs and people to read; bytes that are no UTF-8 are
/// replaced. Local. Throws resource_error naming the path.
void write_json_file(const std::string& path, const nlohmann::json& content);

/// What runs tell of themselves, from a file that anybody may have changed since. Fractions and numbers beyond 64 bits
/// would not fit the integers that they become, so they are left out, and so is what is nested deeper than any record:
/// asking for them fails as for what is missing. Throws nlohmann::json::exception. Pure.
nlohmann::json parse_record(const std::string& text);

}  // namespace tomosweep
