#include "tomosweep/campaign/campaign_plan.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "tomosweep/campaign/job_error.hpp"
#include "tomosweep/campaign/threshold_problems.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Complaints of a source about its files, or nothing.
std::string complaint_of(const scan_source& source) {
    const std::vector<std::string> problems = source.problems();
    if (problems.empty())
        return {};
    return problems.size() == 1 ? problems[0] : fmt::format("{} (and {} more)", problems[0], problems.size() - 1);
}

planned_scan look_at(const scan_spec& scan, const std::string& job_file) {
    planned_scan planned;
    try {
        const auto source = open_source(scan.source);
        planned.frame = frame_of(scan, source->extent(), source->type(), job_file);
        planned.files = source->files();
        planned.failure = complaint_of(*source);
        if (scan.region.mask) {
            const auto mask = open_source(scan.region.mask->source);
            planned.mask_files = mask->files();
            if (planned.failure.empty())
                planned.failure = complaint_of(*mask);
        }
    } catch (const error& failure) {
        planned.failure = failure.what();
    }
    return planned;
}

void share(const communicator& ranks, planned_scan& scan) {
    static_assert(std::is_trivially_copyable_v<scan_frame>);
    std::vector<scan_frame> frame{scan.frame};
    std::vector<char> failure(scan.failure.begin(), scan.failure.end());
    ranks.broadcast(frame);
    ranks.broadcast(failure);
    scan.frame = frame.front();
    scan.failure.assign(failure.begin(), failure.end());
}

campaign_axes axes_of(const campaign_plan& plan) {
    campaign_axes axes{resolution_limits_um(plan.job, plan.sweep),
                       plan.sweep.connectivities,
                       plan.job.depth,
                       0,
                       resolved_width(plan.job),
                       plan.sweep.width};
    for (const planned_scan& scan : plan.scans)
        if (scan.failure.empty())
            axes.depth_extent_um = std::max(axes.depth_extent_um, depth_extent_um(scan.frame, plan.job.depth));
    return axes;
}

void require_one_usable(const campaign_plan& plan) {
    std::vector<problem> problems;
    for (std::size_t i = 0; i < plan.scans.size(); ++i)
        if (plan.scans[i].failure.empty())
            return;
        else
            problems.push_back({plan.job.file, plan.job.scans[i].line, "scans: " + plan.job.scans[i].id,
                                plan.scans[i].failure, "at least one scan that can be analysed"});
    throw job_error(std::move(problems));
}

void require_sound_thresholds(const campaign_plan& plan) {
    std::vector<scan_grey> formats;
    for (std::size_t i = 0; i < plan.scans.size(); ++i)
        if (plan.scans[i].failure.empty())
            formats.push_back({&plan.job.scans[i], plan.scans[i].frame.type});
    if (std::vector<problem> problems = threshold_problems(plan.job, plan.sweep, formats); !problems.empty())
        throw job_error(std::move(problems));
}

campaign_plan unseen_plan(job_spec job, sweep_spec sweep, std::vector<std::string> fields) {
    campaign_plan plan{std::move(job), std::move(sweep), std::move(fields), {}, {}, {}};
    for (const phase_spec& phase : plan.job.phases)
        plan.thresholds.push_back(phase.threshold.value_or(plan.sweep.threshold));
    plan.scans.resize(plan.job.scans.size());
    return plan;
}

void look_at_scans(campaign_plan& plan) {
    for (std::size_t i = 0; i < plan.scans.size(); ++i)
        plan.scans[i] = look_at(plan.job.scans[i], plan.job.file);
}

void complete(campaign_plan& plan) {
    require_one_usable(plan);
    require_sound_thresholds(plan);
    plan.axes = axes_of(plan);
}

}  // namespace

campaign_plan make_plan(job_spec job, sweep_spec sweep, std::vector<std::string> fields) {
    campaign_plan plan = unseen_plan(std::move(job), std::move(sweep), std::move(fields));
    look_at_scans(plan);
    complete(plan);
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
    complete(plan);
    return plan;
}

index_t threshold_count(const campaign_plan& plan) {
    index_t count = 0;
    for (const threshold_spec& spec : plan.thresholds)
        count += static_cast<index_t>(threshold_coordinate(spec).size());
    return count;
}

}  // namespace tomosweep
