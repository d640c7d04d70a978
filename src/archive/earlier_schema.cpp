#include "earlier_schema.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "tomosweep/archive/merge.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/unknown.hpp"

namespace tomosweep {
namespace {

bool is_present(const data_group& shard) {
    const attribute* version = find_named(shard.attributes, schema::version_attribute);
    return version == nullptr || version->value == attribute_value(schema::version);
}

/// Figures per scan of `model` and its inner groups that `group` lacks. Both are of one scan.
void fill(data_group& group, const data_group& model) {
    for (const variable& figure : model.variables) {
        const auto* values = std::get_if<std::vector<double>>(&figure.values);
        const bool per_scan =
            values != nullptr && !figure.dimensions.empty() && figure.dimensions.front() == schema::scan;
        if (!per_scan || find_named(group.variables, figure.name) != nullptr)
            continue;
        group.variables.push_back(figure);
        group.variables.back().values = std::vector<double>(values->size(), unknown);
    }
    for (const data_group& inner : model.groups)
        if (data_group* own = find_named(group.groups, inner.name))
            fill(*own, inner);
}

/// Whether some phase of a pair lies on other limits than in `model`.
bool has_other_limits(const data_group& pair, const data_group& model) {
    const variable* own = find_named(pair.variables, schema::resolution_limit);
    const variable* wanted = find_named(model.variables, schema::resolution_limit);
    if ((own == nullptr) != (wanted == nullptr) || (own != nullptr && own->values != wanted->values))
        return true;
    return std::ranges::any_of(model.groups, [&](const data_group& inner) {
        const data_group* same = find_named(pair.groups, inner.name);
        return same != nullptr && has_other_limits(*same, inner);
    });
}

}  // namespace

void add_limit_axis(data_group& changes) {
    for (data_group& phase : changes.groups)
        add_limit_axis(phase);
    const auto threshold = std::ranges::find(changes.dimensions, std::string_view(schema::threshold), &dimension::name);
    if (threshold == changes.dimensions.end() || find_named(changes.dimensions, schema::resolution_limit) != nullptr)
        return;
    const std::string limit = schema::resolution_limit;
    changes.dimensions.insert(threshold + 1, {limit, 1});
    for (variable& figure : changes.variables) {
        const bool level = figure.name == "from_threshold_grey" || figure.name == "to_threshold_grey";
        const auto place = std::ranges::find(figure.dimensions, schema::threshold);
        if (place != figure.dimensions.begin() && place != figure.dimensions.end() && !level)
            figure.dimensions.insert(place + 1, limit);
    }
    changes.variables.push_back(
        {limit, {limit}, std::vector<double>{0}, "um", "smallest local thickness that is kept of either state", {}});
}

void keep_pairs_of_one_kind(std::vector<data_group>& pairs) {
    const auto present = std::ranges::find_if(pairs, is_present);
    if (present == pairs.end())
        return;
    const data_group model = *present;
    std::erase_if(pairs, [&](const data_group& pair) { return !is_present(pair) && has_other_limits(pair, model); });
}

void fill_new_figures(std::vector<data_group>& shards) {
    const auto model = std::ranges::find_if(shards, is_present);
    if (model == shards.end())
        return;
    for (data_group& shard : shards)
        if (!is_present(shard))
            fill(shard, *model);
}

}  // namespace tomosweep
