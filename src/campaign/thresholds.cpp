#include "tomosweep/campaign/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/descriptors/mixture.hpp"
#include "tomosweep/descriptors/otsu.hpp"

namespace tomosweep {
namespace {

/// The rule's threshold, and for `between` the next one above it.
std::pair<double, double> ruled_levels(const ruled_thresholds& spec, phase_side where,
                                       const grey_histogram& histogram) {
    if (spec.rule == threshold_rule::otsu && where != phase_side::between) {
        const double level = otsu(histogram);
        return {level, level};
    }
    const std::vector<double> levels = spec.rule == threshold_rule::gaussian_mixture
                                           ? equal_posterior(fit_mixture(histogram, spec.classes))
                                           : multi_otsu(histogram, spec.classes);
    const auto taken = static_cast<std::size_t>(spec.take - 1);
    return {levels.at(taken), where == phase_side::between ? levels.at(taken + 1) : levels.at(taken)};
}

std::vector<std::size_t> order_of(const std::vector<double>& values, bool descending) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return descending ? values[a] > values[b] : values[a] < values[b];
    });
    return order;
}

}  // namespace

grey_thresholds resolve(const threshold_spec& spec, phase_side where, const grey_histogram& histogram) {
    if (const auto* absolute = std::get_if<absolute_thresholds>(&spec))
        return {absolute->high, absolute->low};
    const auto& ruled = std::get<ruled_thresholds>(spec);
    const auto [low, high] = ruled_levels(ruled, where, histogram);
    grey_thresholds thresholds;
    for (const double offset : ruled.offsets) {
        thresholds.high.push_back(high + offset);
        if (where == phase_side::between)
            thresholds.low.push_back(low + offset);
    }
    return thresholds;
}

std::string rule_report(const threshold_spec& spec, const grey_histogram& histogram) {
    const auto* ruled = std::get_if<ruled_thresholds>(&spec);
    return ruled != nullptr && ruled->rule == threshold_rule::gaussian_mixture
               ? description(fit_mixture(histogram, ruled->classes))
               : std::string();
}

std::vector<double> threshold_coordinate(const threshold_spec& spec) {
    if (const auto* absolute = std::get_if<absolute_thresholds>(&spec))
        return absolute->high;
    return std::get<ruled_thresholds>(spec).offsets;
}

std::string threshold_meaning(const threshold_spec& spec) {
    if (std::holds_alternative<absolute_thresholds>(spec))
        return "threshold";
    const auto& ruled = std::get<ruled_thresholds>(spec);
    const char* scopes[] = {"scan", "sample", "campaign"};
    const char* methods[] = {"Otsu", "multi-Otsu", "the Gaussian mixture"};
    const char* method = methods[static_cast<std::size_t>(ruled.rule)];
    const std::string rule = ruled.rule == threshold_rule::otsu
                                 ? "Otsu's threshold"
                                 : fmt::format("threshold {} of {} with {} classes", ruled.take, method, ruled.classes);
    return fmt::format("offset from {} of the {}", rule, scopes[static_cast<std::size_t>(ruled.scope)]);
}

std::vector<threshold_chain> chains_of(phase_side where, const grey_thresholds& thresholds) {
    std::map<double, std::vector<std::size_t>> by_low;
    for (const std::size_t point : order_of(thresholds.high, where == phase_side::above))
        by_low[thresholds.low.empty() ? 0.0 : thresholds.low[point]].push_back(point);
    std::vector<threshold_chain> chains;
    for (const auto& [low, points] : by_low)
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (i % max_phases == 0)
                chains.push_back({{where, {}, low}, {}});
            chains.back().classes.thresholds.push_back(thresholds.high[points[i]]);
            chains.back().threshold.push_back(points[i]);
        }
    return chains;
}

}  // namespace tomosweep
