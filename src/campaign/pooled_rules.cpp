#include "tomosweep/campaign/pooled_rules.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "tomosweep/campaign/grey_histograms.hpp"
#include "tomosweep/campaign/grey_scale.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/descriptors/otsu.hpp"

namespace tomosweep {
namespace {

rule_scope scope_of(const threshold_spec& threshold) {
    const auto* ruled = std::get_if<ruled_thresholds>(&threshold);
    return ruled == nullptr ? rule_scope::scan : ruled->scope;
}

/// Settles what is pooled, phase after phase: a phase inside others needs their grey levels first.
class pooling {
public:
    pooling(const communicator& world, const campaign_layout& layout, campaign_plan& plan, const std::string& directory)
        : world_(world),
          layout_(layout),
          plan_(plan),
          directory_(directory),
          result_(plan.scans.size(), std::vector<grey_histogram>(plan.job.phases.size())) {}

    void add(std::size_t phase) {
        const rule_scope scope = scope_of(plan_.thresholds[phase]);
        if (scope == rule_scope::scan)
            return;
        if (has_own_region(plan_.job.phases[phase])) {
            const std::string file = "histograms-" + plan_.job.phases[phase].name + ".h5";
            distribute(phase, scope, histograms(file, [&](std::size_t scan) { return request_of(scan, phase); }));
            return;
        }
        // Phases that are looked for everywhere see the same histograms.
        if (!everywhere_)
            everywhere_ =
                histograms("histograms.h5", [&](std::size_t scan) { return tomosweep::request_of(plan_, scan); });
        distribute(phase, scope, *everywhere_);
    }

    std::vector<std::vector<grey_histogram>> take() { return std::move(result_); }

private:
    /// The scan's voxels in which the phase is looked for.
    histogram_request request_of(std::size_t scan, std::size_t phase) const {
        histogram_request request = tomosweep::request_of(plan_, scan);
        request.part = plan_.job.phases[phase].name;
        request.phase = phase;
        request.levels.resize(phase);
        for (const std::size_t around : phases_around(plan_.job.phases, phase))
            request.levels[around] =
                known_levels(plan_.thresholds[around], plan_.job.phases[around].where, result_[scan][around]);
        return request;
    }

    /// Histograms of all scans that can be analysed, by scan, on rank 0.
    template <class Request>
    std::vector<grey_histogram> histograms(const std::string& file, const Request& request_for) {
        std::vector<histogram_request> requests;
        for (const std::size_t scan : layout_.order)
            if (plan_.scans[scan].failure.empty())
                requests.push_back(request_for(scan));
        std::vector<grey_histogram> taken = take_histograms(world_, layout_, plan_, requests, directory_, file);
        std::vector<grey_histogram> by_scan(plan_.scans.size());
        for (std::size_t i = 0; i < requests.size(); ++i)
            by_scan[requests[i].scan] = std::move(taken[i]);
        return by_scan;
    }

    /// Pools rank 0's histograms by campaign or sample, and gives each scan its pool.
    void distribute(std::size_t phase, rule_scope scope, const std::vector<grey_histogram>& histograms) {
        for (const auto& [name, scans] : pools_of(plan_, scope, [](std::size_t) { return true; })) {
            grey_histogram sum = agreed(world_, [&, &members = scans] { return sum_of(histograms, members); });
            share(world_, sum);
            for (const std::size_t scan : scans)
                result_[scan][phase] = sum;
        }
    }

    /// Without counts on other ranks, and where the phases around leave no voxel in any of the scans: each of them says
    /// so then.
    grey_histogram sum_of(const std::vector<grey_histogram>& histograms, const std::vector<std::size_t>& scans) const {
        std::vector<grey_histogram> chosen;
        for (const std::size_t scan : scans)
            if (world_.root() && std::ranges::any_of(histograms[scan].counts, [](std::int64_t n) { return n > 0; }))
                chosen.push_back(histograms[scan]);
        return chosen.empty() ? grey_histogram{} : pooled(chosen);
    }

    const communicator& world_;
    const campaign_layout& layout_;
    campaign_plan& plan_;
    const std::string& directory_;
    std::vector<std::vector<grey_histogram>> result_;
    std::optional<std::vector<grey_histogram>> everywhere_;
};

}  // namespace

std::vector<std::vector<grey_histogram>> pooled_histograms(const communicator& world, const campaign_layout& layout,
                                                           campaign_plan& plan, const std::string& directory) {
    settle_greys(world, layout, plan, directory);
    pooling pools(world, layout, plan, directory);
    for (std::size_t phase = 0; phase < plan.thresholds.size(); ++phase)
        pools.add(phase);
    return pools.take();
}

}  // namespace tomosweep
