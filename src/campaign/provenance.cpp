#include "tomosweep/campaign/provenance.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/core/version.hpp"

namespace tomosweep {
namespace {

std::string host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string now_utc() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

/// Levels that are known before the scan is read; none for a rule over the scan itself.
grey_thresholds known_levels(const threshold_spec& spec, phase_side where, const grey_histogram& pooled) {
    const bool known = std::holds_alternative<absolute_thresholds>(spec) || !pooled.counts.empty();
    return known ? resolve(spec, where, pooled) : grey_thresholds{};
}

}  // namespace

std::vector<attribute> provenance_of(const campaign_plan& plan, const std::string& command, int ranks, int threads) {
    return {{"program", fmt::format("tomosweep {}", version())},
            {"commit", std::string(commit())},
            {"compiler", std::string(compiler())},
            {"command", command},
            {"job", plan.job.text},
            {"sweep", plan.sweep.text},
            {"host", host_name()},
            {"ranks", std::int64_t{ranks}},
            {"threads_per_rank", std::int64_t{threads}},
            {"started", now_utc()}};
}

std::string content_of(const campaign_plan& plan, std::size_t scan, const std::vector<grey_histogram>& pooled) {
    scan_content content;
    content.scan = plan.job.scans[scan];
    content.files = plan.scans[scan].files;
    content.mask_files = plan.scans[scan].mask_files;
    content.grouped_phases = plan.job.grouped_phases;
    for (std::size_t i = 0; i < plan.job.phases.size(); ++i) {
        const phase_spec& phase = plan.job.phases[i];
        content.phases.push_back({phase.name, phase.where, threshold_meaning(plan.thresholds[i]),
                                  known_levels(plan.thresholds[i], phase.where, pooled[i]),
                                  threshold_coordinate(plan.thresholds[i])});
    }
    content.depth = plan.axes.depth;
    content.depth_extent_um = plan.axes.depth_extent_um;
    content.width_bins = plan.axes.width;
    content.width = plan.axes.widths;
    content.resolution_limits_um = plan.axes.resolution_limits_um;
    content.connectivities = plan.axes.connectivities;
    content.fields = plan.fields;
    return content_text(content);
}

}  // namespace tomosweep
