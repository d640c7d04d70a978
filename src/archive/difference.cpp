#include "tomosweep/archive/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

template <class T>
bool same(const T& a, const T& b) {
    if constexpr (std::is_same_v<T, double>)
        return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    else
        return a == b;
}

std::string text_of(const std::string& text) {
    return fmt::format("'{}'", text);
}
template <class Number>
std::string text_of(Number number) {
    return fmt::format("{}", number);
}

/// What differs between two lists of values of one type; nothing when they are the same.
template <class T>
std::optional<std::string> difference_of(const std::vector<T>& found, const std::vector<T>& recorded) {
    if (found.size() != recorded.size())
        return fmt::format("{} values, recorded {}", found.size(), recorded.size());
    std::size_t count = 0, first = 0;
    for (std::size_t i = recorded.size(); i-- > 0;)
        if (!same<T>(found[i], recorded[i])) {
            ++count;
            first = i;
        }
    if (count == 0)
        return std::nullopt;
    return fmt::format("{} of {} values differ, first value {}: {}, recorded {}", count, recorded.size(), first,
                       text_of(found[first]), text_of(recorded[first]));
}

std::optional<std::string> difference_of(const variable& found, const variable& recorded) {
    if (found.dimensions != recorded.dimensions)
        return fmt::format("dimensions {}, recorded {}", fmt::join(found.dimensions, ", "),
                           fmt::join(recorded.dimensions, ", "));
    if (found.values.index() != recorded.values.index())
        return "another type of values";
    if (found.units != recorded.units)
        return fmt::format("unit '{}', recorded '{}'", found.units, recorded.units);
    return std::visit(
        [&]<class T>(const std::vector<T>& values) {
            return difference_of(values, std::get<std::vector<T>>(recorded.values));
        },
        found.values);
}

class comparison {
public:
    void compare(const data_group& found, const data_group& recorded, const std::string& place) {
        for (const dimension& each : recorded.dimensions) {
            const dimension* now = find_named(found.dimensions, each.name);
            if (now == nullptr || now->length != each.length)
                note(place, each.name, now == nullptr ? "no such dimension" : "another length of the dimension");
        }
        for (const attribute& each : recorded.attributes)
            if (const attribute* now = find_named(found.attributes, each.name); now == nullptr || *now != each)
                note(place, "@" + each.name, now == nullptr ? "no such attribute" : "another value of the attribute");
        for (const variable& each : recorded.variables) {
            const variable* now = find_named(found.variables, each.name);
            if (const auto what = now == nullptr ? "no such variable" : difference_of(*now, each))
                note(place, each.name, *what);
        }
        for (const data_group& each : recorded.groups) {
            const data_group* now = find_named(found.groups, each.name);
            if (now == nullptr)
                note(place, each.name, "no such group");
            else
                compare(*now, each, fmt::format("{}/{}", place, each.name));
        }
    }

    std::vector<difference> take() { return std::move(found_); }

private:
    void note(const std::string& place, const std::string& name, const std::string& what) {
        found_.push_back({fmt::format("{}/{}", place, name), what});
    }

    std::vector<difference> found_;
};

/// Groups that hold one group per scan.
bool by_scan(const std::string& name) {
    return name == "tables" || name == "process";
}

variable row_of(variable what, std::size_t row, std::size_t rows) {
    if (what.dimensions.empty() || what.dimensions.front() != schema::scan || rows == 0)
        return what;
    std::visit(
        [&](auto& values) {
            const auto length = static_cast<std::ptrdiff_t>(values.size() / rows);
            const auto first = values.begin() + length * static_cast<std::ptrdiff_t>(row);
            values = std::remove_reference_t<decltype(values)>(first, first + length);
        },
        what.values);
    return what;
}

data_group row_of(const data_group& group, const std::string& id, std::size_t row, std::size_t rows) {
    data_group result = group;
    if (dimension* scan = find_named(result.dimensions, schema::scan))
        scan->length = 1;
    for (variable& each : result.variables)
        each = row_of(std::move(each), row, rows);
    for (data_group& each : result.groups)
        if (by_scan(each.name))
            std::erase_if(each.groups, [&](const data_group& inner) { return inner.name != id; });
        else
            each = row_of(each, id, row, rows);
    return result;
}

}  // namespace

std::vector<difference> differences(const data_group& found, const data_group& recorded) {
    comparison both;
    both.compare(found, recorded, "");
    return both.take();
}

data_group scan_of(const data_group& campaign, const std::string& id, const std::string& path) {
    const variable* scan = find_named(campaign.variables, schema::scan);
    const auto* ids = scan == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&scan->values);
    if (ids == nullptr)
        throw input_error(path, "", "no coordinate 'scan' of names", "an archive written by a run");
    const auto place = std::ranges::find(*ids, id);
    if (place == ids->end())
        throw input_error(path, "scan", "no scan '" + id + "'",
                          fmt::format("one of its scans: {}", fmt::join(*ids, ", ")));
    data_group scan_only = row_of(campaign, id, static_cast<std::size_t>(place - ids->begin()), ids->size());
    std::erase_if(scan_only.groups, [](const data_group& group) { return group.name == schema::changes; });
    return scan_only;
}

}  // namespace tomosweep
