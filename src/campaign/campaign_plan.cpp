#include "tomosweep/campaign/campaign_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/inspection.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Every problem of one scan in one text.
std::string failure_of(const scan_inspection& scan) {
    std::string text;
    for (const problem& each : scan.problems)
        fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : "\n", sentence(each));
    return text;
}

void share(const communicator& ranks, planned_scan& scan) {
    static_assert(std::is_trivially_copyable_v<scan_frame>);
    std::vector<scan_frame> frame{scan.frame};
    ranks.broadcast(frame);
    ranks.broadcast(scan.failure);
    scan.frame = frame.front();
}

campaign_axes axes_of(const campaign_plan& plan) {
    campaign_axes axes{resolution_limits_um(plan.job, plan.sweep),
                       plan.sweep.connectivities,
                       plan.job.depth,
                       0,
                       resolved_width(plan.job),
                       plan.sweep.width};
    if (const auto electrode = resolved_electrode(plan.job))
        axes.electrode = electrode_axes{*electrode};
    for (const planned_scan& scan : plan.scans) {
        if (!scan.failure.empty())
            continue;
        axes.depth_extent_um = std::max(axes.depth_extent_um, depth_extent_um(scan.frame, plan.job.depth));
        if (!axes.electrode)
            continue;
        const double step = axes.electrode->spec.lateral_step_um / scan.frame.voxel_size_um;
        axes.electrode->rows = std::max(axes.electrode->rows, cells_along(scan.frame.volume.y, step));
        axes.electrode->columns = std::max(axes.electrode->columns, cells_along(scan.frame.volume.x, step));
    }
    return axes;
}

campaign_plan unseen_plan(job_spec job, sweep_spec sweep, std::vector<std::string> fields) {
    campaign_plan plan{std::move(job), std::move(sweep), std::move(fields), {}, {}, {}};
    for (const phase_spec& phase : plan.job.phases)
        plan.thresholds.push_back(phase.threshold.value_or(plan.sweep.threshold));
    plan.scans.resize(plan.job.scans.size());
    return plan;
}

void look_at_scans(campaign_plan& plan) {
    campaign_inspection seen = inspect_campaign(plan.job, plan.sweep);
    const bool none_usable =
        std::ranges::none_of(seen.scans, [](const scan_inspection& scan) { return scan.problems.empty(); });
    if (none_usable || !seen.problems.empty())
        throw job_error(seen.all());
    for (std::size_t i = 0; i < plan.scans.size(); ++i) {
        scan_inspection& scan = seen.scans[i];
        plan.scans[i] = {scan.frame, failure_of(scan), std::move(scan.files), std::move(scan.mask_files)};
        plan.scans[i].frame.inputs = inputs_hash(plan.scans[i].files, plan.scans[i].mask_files);
    }
}

}  // namespace

campaign_plan make_plan(job_spec job, sweep_spec sweep, std::vector<std::string> fields) {
    campaign_plan plan = unseen_plan(std::move(job), std::move(sweep), std::move(fields));
    look_at_scans(plan);
    plan.axes = axes_of(plan);
    return plan;
}

campaign_plan make_plan(const communicator& ranks, job_spec job, sweep_spec sweep, std::vector<std::string> fields) {
    campaign_plan plan = unseen_plan(std::move(job), std::move(sweep), std::move(fields));
    agreed(ranks, [&] {
        if (ranks.root())
            look_at_scans(plan);
    });
    for (planned_scan& scan : plan.scans)
        share(ranks, scan);
    plan.axes = axes_of(plan);
    return plan;
}

index_t threshold_count(const campaign_plan& plan) {
    index_t count = 0;
    for (const threshold_spec& spec : plan.thresholds)
        count += static_cast<index_t>(threshold_coordinate(spec).size());
    return count;
}

std::int64_t work_of(const campaign_plan& plan, std::size_t scan) {
    return plan.scans[scan].failure.empty() ? voxel_count(plan.scans[scan].frame.volume) * threshold_count(plan) : 0;
}

}  // namespace tomosweep
