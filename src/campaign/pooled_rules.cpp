#include "tomosweep/campaign/pooled_rules.hpp"

#include <algorithm>

#include "tomosweep/campaign/grey_histograms.hpp"
#include "tomosweep/campaign/grey_scale.hpp"
#include "tomosweep/descriptors/otsu.hpp"

namespace tomosweep {
namespace {

rule_scope scope_of(const threshold_spec& threshold) {
    const auto* ruled = std::get_if<ruled_thresholds>(&threshold);
    return ruled == nullptr ? rule_scope::scan : ruled->scope;
}

/// Histograms of all scans that can be analysed, by scan, on rank 0.
std::vector<grey_histogram> all_histograms(const communicator& world, const campaign_layout& layout,
                                           campaign_plan& plan, const std::string& directory) {
    std::vector<histogram_request> requests;
    for (const std::size_t scan : layout.order)
        if (plan.scans[scan].failure.empty())
            requests.push_back(request_of(plan, scan));
    std::vector<grey_histogram> taken = take_histograms(world, layout, plan, requests, directory, "histograms.h5");
    std::vector<grey_histogram> by_scan(plan.scans.size());
    for (std::size_t i = 0; i < requests.size(); ++i)
        by_scan[requests[i].scan] = std::move(taken[i]);
    return by_scan;
}

/// Pools rank 0's histograms by campaign or sample, and shares each pool once.
std::map<std::string, grey_histogram> pool(const communicator& world, const campaign_plan& plan,
                                           const std::vector<grey_histogram>& histograms, rule_scope scope) {
    std::map<std::string, grey_histogram> pools;
    for (const auto& [name, scans] : pools_of(plan, scope, [](std::size_t) { return true; })) {
        grey_histogram& sum = pools[name];
        if (world.root()) {
            std::vector<grey_histogram> chosen;
            for (const std::size_t scan : scans)
                chosen.push_back(histograms[scan]);
            sum = pooled(chosen);
        }
        share(world, sum);
    }
    return pools;
}

}  // namespace

std::vector<std::vector<grey_histogram>> pooled_histograms(const communicator& world, const campaign_layout& layout,
                                                           campaign_plan& plan, const std::string& directory) {
    settle_greys(world, layout, plan, directory);
    std::vector<std::vector<grey_histogram>> result(plan.scans.size(),
                                                    std::vector<grey_histogram>(plan.job.phases.size()));
    const bool needed = std::ranges::any_of(
        plan.thresholds, [](const threshold_spec& spec) { return scope_of(spec) != rule_scope::scan; });
    if (!needed)
        return result;
    const std::vector<grey_histogram> histograms = all_histograms(world, layout, plan, directory);
    for (std::size_t phase = 0; phase < plan.thresholds.size(); ++phase) {
        const rule_scope scope = scope_of(plan.thresholds[phase]);
        if (scope == rule_scope::scan)
            continue;
        const auto pools = pool(world, plan, histograms, scope);
        for (std::size_t scan = 0; scan < plan.scans.size(); ++scan)
            if (plan.scans[scan].failure.empty())
                result[scan][phase] = pools.at(scope == rule_scope::sample ? plan.job.scans[scan].sample : "");
    }
    return result;
}

}  // namespace tomosweep
