#include "tomosweep/campaign/threshold_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tomosweep/campaign/grey_reader.hpp"
#include "tomosweep/campaign/steps_reader.hpp"

namespace tomosweep {
namespace {

using grey_pair = std::pair<double, double>;  ///< low, high

bool few_enough(const yaml_value& value, std::size_t count) {
    if (count <= max_thresholds)
        return true;
    value.refuse(fmt::format("{} thresholds", count), fmt::format("at most {} in one sweep", max_thresholds));
    return false;
}

/// Sorts and reports the first value that stands there twice.
std::optional<std::vector<double>> ascending(const yaml_value& value, std::vector<double> numbers) {
    std::sort(numbers.begin(), numbers.end());
    const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
    if (twice != numbers.end()) {
        value.refuse(fmt::format("{} twice", *twice), "every value once");
        return std::nullopt;
    }
    return few_enough(value, numbers.size()) ? std::optional(numbers) : std::nullopt;
}

std::optional<grey_pair> read_pair(const yaml_value& value) {
    const auto ends = value.list("a pair [low, high], like the other values", 2);
    if (!ends)
        return std::nullopt;
    const auto low = (*ends)[0].number();
    const auto high = (*ends)[1].number();
    if (!low || !high)
        return std::nullopt;
    if (*low >= *high) {
        value.refuse(fmt::format("[{}, {}]", *low, *high), "[low, high] with low < high");
        return std::nullopt;
    }
    return grey_pair(*low, *high);
}

std::optional<threshold_spec> read_pairs(const yaml_value& value, const std::vector<yaml_value>& entries) {
    std::vector<grey_pair> pairs;
    for (const yaml_value& entry : entries)
        if (const auto pair = read_pair(entry))
            pairs.push_back(*pair);
    if (pairs.size() != entries.size() || !few_enough(value, pairs.size()))
        return std::nullopt;
    std::sort(pairs.begin(), pairs.end());
    const auto twice = std::adjacent_find(pairs.begin(), pairs.end());
    if (twice != pairs.end()) {
        value.refuse(fmt::format("[{}, {}] twice", twice->first, twice->second), "every pair once");
        return std::nullopt;
    }
    absolute_thresholds thresholds;
    for (const auto& [low, high] : pairs) {
        thresholds.low.push_back(low);
        thresholds.high.push_back(high);
    }
    return thresholds;
}

std::optional<threshold_spec> read_values(const yaml_value& value) {
    const auto entries = value.list("a list of grey levels, such as [80, 90, 100], or of pairs [low, high]");
    if (!entries)
        return std::nullopt;
    if (entries->front().is_list())
        return read_pairs(value, *entries);
    const auto numbers = value.numbers();
    const auto sorted = numbers ? ascending(value, *numbers) : std::nullopt;
    return sorted ? std::optional<threshold_spec>(absolute_thresholds{*sorted, {}}) : std::nullopt;
}

std::optional<threshold_spec> read_grey_steps(const yaml_map& map) {
    auto levels = read_steps(map, {"grey level", "thresholds", max_thresholds});
    return levels ? std::optional<threshold_spec>(absolute_thresholds{std::move(*levels), {}}) : std::nullopt;
}

std::optional<threshold_spec> read_rule(const yaml_map& map) {
    const auto rule =
        map.find("rule")->choice<threshold_rule>({{"otsu", threshold_rule::otsu},
                                                  {"multi-otsu", threshold_rule::multi_otsu},
                                                  {"gaussian-mixture", threshold_rule::gaussian_mixture}});
    if (!rule)
        return std::nullopt;
    ruled_thresholds ruled;
    ruled.rule = *rule;
    if (*rule != threshold_rule::otsu) {
        ruled.classes = *rule == threshold_rule::multi_otsu ? 3 : 2;
        map.read("classes", ruled.classes, {2, 6});
        map.read("take", ruled.take, {1, ruled.classes - 1});
    } else {
        for (const char* key : {"classes", "take"})
            if (const auto given = map.find(key))
                given->refuse("an option of multi-otsu and gaussian-mixture", "one of these rules, or no such key");
    }
    if (const auto scope = map.find("scope"))
        ruled.scope = read_scope(*scope).value_or(ruled.scope);
    if (const auto offsets = map.find("offsets")) {
        const auto numbers = offsets->numbers();
        const auto sorted = numbers ? ascending(*offsets, *numbers) : std::nullopt;
        if (!sorted)
            return std::nullopt;
        ruled.offsets = *sorted;
    }
    return ruled;
}

}  // namespace

std::optional<threshold_spec> read_threshold(const yaml_value& value) {
    constexpr auto forms = "{values: [80, 90]}, {from: 80, to: 120, step: 5}, or {rule: otsu, scope: campaign}";
    if (!value.is_map()) {
        value.refuse(forms);
        return std::nullopt;
    }
    const yaml_map any({value}, {"values", "from", "to", "step", "rule", "classes", "take", "scope", "offsets"});
    const bool values = any.has("values");
    const bool steps = any.has("from") || any.has("to") || any.has("step");
    const bool rule =
        any.has("rule") || any.has("classes") || any.has("take") || any.has("scope") || any.has("offsets");
    if (values + steps + rule != 1) {
        value.refuse(values + steps + rule == 0 ? "no thresholds" : "several ways to give thresholds at once",
                     fmt::format("one of {}", forms));
        return std::nullopt;
    }
    if (values)
        return read_values(*any.find("values"));
    if (steps)
        return read_grey_steps(any);
    return any.need("rule", "otsu, multi-otsu or gaussian-mixture") ? read_rule(any) : std::nullopt;
}

}  // namespace tomosweep
