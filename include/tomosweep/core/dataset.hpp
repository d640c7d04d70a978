#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// Values of a variable, row-major over its dimensions.
using variable_values = std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::int32_t>,
                                     std::vector<std::uint8_t>, std::vector<std::string>>;

using attribute_value = std::variant<std::string, double, std::int64_t>;

struct attribute {
    std::string name;
    attribute_value value;

    friend bool operator==(const attribute&, const attribute&) = default;
};

struct dimension {
    std::string name;
    index_t length = 0;

    friend bool operator==(const dimension&, const dimension&) = default;
};

/// A named array over named dimensions with its unit and its one-line meaning. A variable named as its only dimension
/// is that dimension's coordinate.
struct variable {
    std::string name;
    std::vector<std::string> dimensions;
    variable_values values;
    std::string units;      ///< "1" for pure numbers; written as the attribute `units`; none for strings
    std::string long_name;  ///< written as the attribute `long_name`
    std::vector<attribute> attributes;

    friend bool operator==(const variable&, const variable&) = default;
};

/// What an archive holds, free of any file format: dimensions, variables, attributes and groups, in order.
/// A group sees the dimensions of the groups around it.
struct data_group {
    std::string name;  ///< empty for the root
    std::vector<dimension> dimensions;
    std::vector<variable> variables;
    std::vector<attribute> attributes;
    std::vector<data_group> groups;

    friend bool operator==(const data_group&, const data_group&) = default;
};

/// Number of values held, whatever their type.
inline std::size_t value_count(const variable_values& values) {
    return std::visit([](const auto& held) { return held.size(); }, values);
}

/// The element called `name`, or nullptr. Works for dimensions, variables, attributes and groups.
template <class Named>
Named* find_named(std::vector<Named>& elements, std::string_view name) {
    for (Named& element : elements)
        if (element.name == name)
            return &element;
    return nullptr;
}
template <class Named>
const Named* find_named(const std::vector<Named>& elements, std::string_view name) {
    return find_named(const_cast<std::vector<Named>&>(elements), name);
}

/// The values of a variable, or none when the group has no such variable of this type.
template <class T>
const std::vector<T>& values_of(const data_group& group, std::string_view name) {
    static const std::vector<T> none;
    const variable* found = find_named(group.variables, name);
    const auto* held = found == nullptr ? nullptr : std::get_if<std::vector<T>>(&found->values);
    return held == nullptr ? none : *held;
}

}  // namespace tomosweep
