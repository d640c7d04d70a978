#pragma once

#include <cstdint>
#include <string>

namespace tomosweep {

/// "1 scan", "2 scans". Local.
inline std::string counted(std::int64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace tomosweep
