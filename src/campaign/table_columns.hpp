#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {

/// The integers of a variable of a group of tables, of which there must be so many.
inline const std::vector<std::int64_t>& integers(const data_group& group, const char* name, std::size_t count) {
    const variable* found = find_named(group.variables, name);
    require(found != nullptr, "a group of tables is complete");
    const auto& values = std::get<std::vector<std::int64_t>>(found->values);
    require(values.size() == count, "tables have the shape of the sweep");
    return values;
}

}  // namespace tomosweep
