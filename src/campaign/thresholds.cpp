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

/// The thresholds between the classes of a rule, ascending; the report where there is one.
std::vector<double> ruled_levels(const ruled_thresholds& spec, phase_side where, const grey_histogram& histogram,
                                 std::string& report) {
    if (spec.rule == threshold_rule::otsu && where != phase_side::between)
        return {otsu(histogram)};
    if (spec.rule != threshold_rule::gaussian_mixture)
        return multi_otsu(histogram, spec.classes);
    const mixture_fit fit = fit_mixture(histogram, spec.classes);
    report = description(fit);
    return equal_posterior(fit);
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

resolved_thresholds resolve(const threshold_spec& spec, phase_side where, const grey_histogram& histogram) {
    if (const auto* absolute = std::get_if<absolute_thresholds>(&spec))
        return {{absolute->high, absolute->low}, {}};
    const auto& ruled = std::get<ruled_thresholds>(spec);
    resolved_thresholds found;
    const std::vector<double> levels = ruled_levels(ruled, where, histogram, found.report);
    const auto taken = static_cast<std::size_t>(ruled.take - 1);
    for (const double offset : ruled.offsets) {
        found.levels.high.push_back(levels.at(where == phase_side::between ? taken + 1 : taken) + offset);
        if (where == phase_side::between)
            found.levels.low.push_back(levels.at(taken) + offset);
    }
    return found;
}

grey_thresholds known_levels(const threshold_spec& spec, phase_side where, const grey_histogram& pooled) {
    const bool known = std::holds_alternative<absolute_thresholds>(spec) || !pooled.counts.empty();
    return known ? resolve(spec, where, pooled).levels : grey_thresholds{};
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
