#include "tomosweep/archive/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "earlier_schema.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// One shard's version of the group that is being merged, and the scan to blame when it does not fit.
struct part {
    const data_group* group = nullptr;
    std::string scan;
    index_t scans = 0;
    const char* along = schema::scan;  ///< the dimension that grows: of scans, or of pairs of them
};

[[noreturn]] void refuse(const part& blamed, const std::string& place, const std::string& name,
                         const std::string& found) {
    throw input_error(fmt::format("{} {}", blamed.along, blamed.scan), place + "/" + name, found,
                      "the same as in the others of the campaign; run it again with the campaign's sweep");
}

template <class T>
bool equal_values(const std::vector<T>& a, const std::vector<T>& b) {
    return a == b;
}
bool equal_values(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (x != x && y != y); });
}

bool equal(const variable& a, const variable& b) {
    return a.dimensions == b.dimensions && a.units == b.units && a.values.index() == b.values.index() &&
           std::visit(
               [&]<class T>(const std::vector<T>& values) {
                   return equal_values(values, std::get<std::vector<T>>(b.values));
               },
               a.values);
}

bool grows(const variable& what, const part& of) {
    return std::find(what.dimensions.begin(), what.dimensions.end(), of.along) != what.dimensions.end();
}

index_t joined_scans(const std::vector<part>& parts) {
    index_t scans = 0;
    for (const part& each : parts)
        scans += each.scans;
    return scans;
}

// The length that one scan's variable must have follows from the first shard; row-major order makes joining along the
// first axis a plain append.
variable joined(const variable& first, const std::vector<part>& parts, const std::string& place) {
    require(first.dimensions.front() == parts[0].along, "the first dimension of '" + first.name + "' grows");
    variable result = first;
    const auto per_scan = value_count(first.values) / static_cast<std::size_t>(std::max<index_t>(1, parts[0].scans));
    for (auto each = parts.begin() + 1; each != parts.end(); ++each) {
        const variable* found = find_named(each->group->variables, first.name);
        if (found == nullptr)
            refuse(*each, place, first.name, "no such variable");
        if (found->dimensions != first.dimensions || found->units != first.units ||
            found->values.index() != first.values.index())
            refuse(*each, place, first.name, "other dimensions, another unit or another number type");
        if (value_count(found->values) != per_scan * static_cast<std::size_t>(each->scans))
            refuse(*each, place, first.name, "another number of values per scan");
        std::visit(
            [&]<class T>(std::vector<T>& values) {
                const auto& more = std::get<std::vector<T>>(found->values);
                values.insert(values.end(), more.begin(), more.end());
            },
            result.values);
    }
    return result;
}

void require_same_variables(const std::vector<part>& parts, const std::string& place) {
    const data_group& first = *parts[0].group;
    for (const part& each : parts)
        for (const variable& candidate : each.group->variables)
            if (find_named(first.variables, candidate.name) == nullptr)
                refuse(each, place, candidate.name, "a variable that scan " + parts[0].scan + " lacks");
}

std::vector<variable> merged_variables(const std::vector<part>& parts, const std::string& place) {
    require_same_variables(parts, place);
    std::vector<variable> variables;
    for (const variable& first : parts[0].group->variables) {
        if (grows(first, parts[0])) {
            variables.push_back(joined(first, parts, place));
            continue;
        }
        for (const part& each : parts) {
            const variable* found = find_named(each.group->variables, first.name);
            if (found == nullptr)
                refuse(each, place, first.name, "no such variable");
            if (!equal(*found, first))
                refuse(each, place, first.name, "other values than in scan " + parts[0].scan);
        }
        variables.push_back(first);
    }
    return variables;
}

std::vector<dimension> merged_dimensions(const std::vector<part>& parts, const std::string& place) {
    std::vector<dimension> dimensions = parts[0].group->dimensions;
    for (const part& each : parts) {
        if (each.group->dimensions.size() != dimensions.size())
            refuse(each, place, "", "other dimensions");
        for (const dimension& first : parts[0].group->dimensions) {
            const dimension* found = find_named(each.group->dimensions, first.name);
            const bool fits = found != nullptr && (first.name == each.along || found->length == first.length);
            if (!fits)
                refuse(each, place, first.name,
                       found == nullptr ? "no such dimension" : "length " + std::to_string(found->length));
        }
    }
    if (dimension* scan = find_named(dimensions, parts[0].along))
        scan->length = joined_scans(parts);
    return dimensions;
}

std::vector<attribute> common_attributes(const std::vector<part>& parts) {
    std::vector<attribute> common;
    for (const attribute& first : parts[0].group->attributes)
        if (std::all_of(parts.begin(), parts.end(), [&](const part& each) {
                const attribute* found = find_named(each.group->attributes, first.name);
                return found != nullptr && *found == first;
            }))
            common.push_back(first);
    return common;
}

// A group that only some shards have cannot grow along scan: its figures would belong to nobody knows which scans.
void require_free_of_scan(const data_group& group, const part& owner, const std::string& place) {
    for (const variable& each : group.variables)
        if (grows(each, owner))
            refuse(owner, place, each.name, "a variable per scan in a group that other scans lack");
    for (const data_group& each : group.groups)
        require_free_of_scan(each, owner, place + "/" + each.name);
}

data_group merged(const std::vector<part>& parts, std::size_t shards, const std::string& place);

std::vector<data_group> merged_groups(const std::vector<part>& parts, std::size_t shards, const std::string& place) {
    std::vector<std::string> names;
    for (const part& each : parts)
        for (const data_group& inner : each.group->groups)
            if (std::find(names.begin(), names.end(), inner.name) == names.end())
                names.push_back(inner.name);
    std::vector<data_group> groups;
    for (const std::string& name : names) {
        const std::string inside = fmt::format("{}/{}", place, name);
        std::vector<part> inner;
        for (const part& each : parts)
            if (const data_group* found = find_named(each.group->groups, name))
                inner.push_back({found, each.scan, each.scans, each.along});
        if (inner.size() < shards)
            for (const part& each : inner)
                require_free_of_scan(*each.group, each, inside);
        groups.push_back(merged(inner, shards, inside));
    }
    return groups;
}

data_group merged(const std::vector<part>& parts, std::size_t shards, const std::string& place) {
    data_group result;
    result.name = parts[0].group->name;
    result.dimensions = merged_dimensions(parts, place);
    result.attributes = common_attributes(parts);
    result.variables = merged_variables(parts, place);
    result.groups = merged_groups(parts, shards, place);
    return result;
}

part whole_shard(const data_group& shard, const char* along) {
    const variable* scan = find_named(shard.variables, along);
    const dimension* length = find_named(shard.dimensions, along);
    const bool named = scan != nullptr && length != nullptr && length->length > 0 &&
                       std::holds_alternative<std::vector<std::string>>(scan->values);
    if (!named)
        throw input_error("", "an archive", fmt::format("no coordinate '{}' of names", along),
                          "archives written by a run");
    return {&shard, std::get<std::vector<std::string>>(scan->values).front(), length->length, along};
}

data_group merged_along(const std::vector<data_group>& shards, const char* along) {
    if (shards.empty())
        return {};
    std::vector<part> parts;
    std::set<std::string> names;
    for (const data_group& shard : shards) {
        parts.push_back(whole_shard(shard, along));
        if (!names.insert(parts.back().scan).second)
            refuse(parts.back(), "", along, "this name twice");
    }
    return merged(parts, parts.size(), "");
}

}  // namespace

data_group merge_scans(std::vector<data_group> shards) {
    fill_new_figures(shards);
    return merged_along(shards, schema::scan);
}

data_group merge_pairs(std::vector<data_group> pairs) {
    std::ranges::for_each(pairs, add_limit_axis);
    keep_pairs_of_one_kind(pairs);
    return merged_along(pairs, schema::pair);
}

}  // namespace tomosweep
