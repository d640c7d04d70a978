#include "tomosweep/archive/export_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr std::array<const char*, 4> point_axes{schema::scan, schema::threshold, schema::resolution_limit,
                                                schema::connectivity};

/// Position along the four axes of a point; lengths likewise.
using point = std::array<index_t, 4>;

/// A phase's group (or the root itself) together with the root around it, whose dimensions and variables it sees.
struct table {
    const data_group* root = nullptr;
    const data_group* phase = nullptr;  ///< nullptr when the figures stand at the root

    const dimension* find_dimension(const std::string& name) const {
        const dimension* own = phase != nullptr ? find_named(phase->dimensions, name) : nullptr;
        return own != nullptr ? own : find_named(root->dimensions, name);
    }
    const variable* find_variable(const std::string& name) const {
        const variable* own = phase != nullptr ? find_named(phase->variables, name) : nullptr;
        return own != nullptr ? own : find_named(root->variables, name);
    }
    point lengths() const {
        point result{1, 1, 1, 1};
        for (std::size_t axis = 0; axis < point_axes.size(); ++axis)
            if (const dimension* found = find_dimension(point_axes[axis]))
                result[axis] = found->length;
        return result;
    }
};

std::string number_text(double value) {
    if (std::isnan(value))
        return "";
    std::array<char, 32> digits{};
    const auto [end, code] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), end};
}

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string result = "\"";
    for (const char each : text)
        result += each == '"' ? std::string("\"\"") : std::string(1, each);
    return result + "\"";
}

std::string value_text(const variable& what, std::size_t index) {
    return std::visit(
        [&]<class T>(const std::vector<T>& held) -> std::string {
            if constexpr (std::is_same_v<T, std::string>)
                return quoted(held[index]);
            else if constexpr (std::is_same_v<T, double>)
                return number_text(held[index]);
            else  // Whole numbers have no NaN: an unknown cycle is -1 in the archive.
                return what.name == "cycle" && held[index] < 0 ? "" : std::to_string(held[index]);
        },
        what.values);
}

std::size_t axis_of(const std::string& dimension) {
    const auto found = std::find(point_axes.begin(), point_axes.end(), dimension);
    return static_cast<std::size_t>(found - point_axes.begin());
}

bool per_point(const variable& what) {
    return !what.dimensions.empty() &&
           std::all_of(what.dimensions.begin(), what.dimensions.end(),
                       [](const std::string& name) { return axis_of(name) < point_axes.size(); });
}

std::string cell(const variable& what, const point& at, const point& lengths) {
    index_t index = 0;
    for (const std::string& dimension : what.dimensions) {
        const std::size_t axis = axis_of(dimension);
        index = index * lengths[axis] + at[axis];
    }
    return value_text(what, static_cast<std::size_t>(index));
}

bool is_phase(const data_group& group) {
    return std::any_of(group.variables.begin(), group.variables.end(), [](const variable& each) {
        const auto& names = each.dimensions;
        return std::find(names.begin(), names.end(), schema::scan) != names.end();
    });
}

std::vector<table> tables_of(const data_group& root) {
    std::vector<table> tables;
    for (const data_group& group : root.groups)
        if (is_phase(group))
            tables.push_back({&root, &group});
    if (tables.empty())
        tables.push_back({&root, nullptr});
    return tables;
}

void add_columns(const data_group& group, bool of_scan, std::vector<std::string>& columns) {
    for (const variable& each : group.variables) {
        const bool scan_only = each.dimensions == std::vector<std::string>{schema::scan};
        if (per_point(each) && scan_only == of_scan &&
            std::find(columns.begin(), columns.end(), each.name) == columns.end())
            columns.push_back(each.name);
    }
}

std::vector<std::string> columns_of(const std::vector<table>& tables) {
    std::vector<std::string> columns;
    for (const char* axis : point_axes)
        if (tables.front().find_variable(axis) != nullptr)
            columns.emplace_back(axis);
    for (const bool of_scan : {true, false}) {
        add_columns(*tables.front().root, of_scan, columns);
        for (const table& each : tables)
            if (each.phase != nullptr)
                add_columns(*each.phase, of_scan, columns);
    }
    return columns;
}

void add_rows(const table& source, const std::vector<std::string>& columns, std::string& text) {
    std::vector<const variable*> variables;
    for (const std::string& name : columns)
        variables.push_back(source.find_variable(name));
    const point lengths = source.lengths();
    const index_t rows = lengths[0] * lengths[1] * lengths[2] * lengths[3];
    for (index_t row = 0; row < rows; ++row) {
        point at{};
        for (index_t rest = row, axis = 3; axis >= 0; --axis) {
            const auto place = static_cast<std::size_t>(axis);
            at[place] = rest % lengths[place];
            rest /= lengths[place];
        }
        std::string line = source.phase != nullptr ? quoted(source.phase->name) + "," : "";
        for (const variable* each : variables)
            line += (each != nullptr ? cell(*each, at, lengths) : "") + ",";
        line.back() = '\n';
        text += line;
    }
}

/// The tables among the groups of an archive: those with dimensions of their own that are no phase.
void list_tables(const data_group& group, const std::string& place, std::string& names) {
    for (const data_group& each : group.groups) {
        const bool table = !each.dimensions.empty() && !is_phase(each);
        if (place.empty() && (each.name == "tables" || each.name == "process"))
            continue;
        if (table)
            names += (names.empty() ? "" : ", ") + place + each.name;
        list_tables(each, place + each.name + "/", names);
    }
}

const data_group& find_table(const data_group& archive, const std::string& table) {
    const data_group* group = &archive;
    for (std::size_t begin = 0; group != nullptr && begin <= table.size();) {
        const std::size_t end = std::min(table.find('/', begin), table.size());
        group = find_named(group->groups, table.substr(begin, end - begin));
        begin = end + 1;
    }
    if (group != nullptr && !group->dimensions.empty() && !is_phase(*group))
        return *group;
    std::string names;
    list_tables(archive, "", names);
    throw input_error("command line", "--table", "'" + table + "'",
                      names.empty() ? "no table: the archive has none besides the figures" : names);
}

/// Where a variable has its value for a row of all the group's dimensions, the last one running fastest.
std::size_t index_of_row(const data_group& group, const variable& what, index_t row) {
    index_t index = 0, stride = 1;
    for (std::size_t axis = group.dimensions.size(); axis-- > 0;) {
        const dimension& each = group.dimensions[axis];
        const index_t at = row % each.length;
        row /= each.length;
        if (std::find(what.dimensions.begin(), what.dimensions.end(), each.name) == what.dimensions.end())
            continue;
        index += at * stride;
        stride *= each.length;
    }
    return static_cast<std::size_t>(index);
}

}  // namespace

std::string csv_text(const data_group& archive) {
    const std::vector<table> tables = tables_of(archive);
    const std::vector<std::string> columns = columns_of(tables);
    std::string text = tables.front().phase != nullptr ? "phase," : "";
    for (const std::string& name : columns)
        text += quoted(name) + ",";
    if (columns.empty())
        return "";
    text.back() = '\n';
    for (const table& each : tables)
        add_rows(each, columns, text);
    return text;
}

std::string csv_text(const data_group& archive, const std::string& table) {
    const data_group& group = find_table(archive, table);
    std::string text;
    for (const variable& each : group.variables)
        text.append(text.empty() ? "" : ",").append(quoted(each.name));
    text += "\n";
    index_t rows = group.dimensions.empty() ? 0 : 1;
    for (const dimension& each : group.dimensions)
        rows *= each.length;
    for (index_t row = 0; row < rows; ++row) {
        std::string line;
        for (const variable& each : group.variables)
            line.append(line.empty() ? "" : ",").append(value_text(each, index_of_row(group, each, row)));
        text += line + "\n";
    }
    return text;
}

}  // namespace tomosweep
