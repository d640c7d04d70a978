#include "earlier_schema.hpp"

#include <algorithm>
#include <limits>

#include "tomosweep/archive/schema.hpp"

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
        group.variables.back().values = std::vector<double>(values->size(), std::numeric_limits<double>::quiet_NaN());
    }
    for (const data_group& inner : model.groups)
        if (data_group* own = find_named(group.groups, inner.name))
            fill(*own, inner);
}

}  // namespace

void fill_new_figures(std::vector<data_group>& shards) {
    const auto model = std::ranges::find_if(shards, is_present);
    if (model == shards.end())
        return;
    for (data_group& shard : shards)
        if (!is_present(shard))
            fill(shard, *model);
}

}  // namespace tomosweep
