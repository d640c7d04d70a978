#include "tomosweep/campaign/planned_loads.hpp"

#include <algorithm>

#include "tomosweep/campaign/analysis.hpp"
#include "tomosweep/campaign/change_reader.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/descriptors/resolution_limit.hpp"

namespace tomosweep {
namespace {

/// Resolution limits that remove something from the scan with the smallest voxels, of which they remove most.
index_t most_removing_limits(const campaign_plan& plan) {
    index_t most = 0;
    for (const planned_scan& scan : plan.scans)
        if (scan.failure.empty())
            most = std::max<index_t>(most, std::ranges::count_if(plan.axes.resolution_limits_um, [&](double limit_um) {
                                         return smallest_resolved_radius_sq(limit_um, scan.frame.voxel_size_um) >
                                                always_resolved;
                                     }));
    return most;
}

/// What changes of the grey scale cost.
void add_greys(const scan_spec& scan, const scan_frame& frame, scan_load& load) {
    const grey_spec& grey = scan.grey;
    load.toned = grey.rings || grey.normalise || grey.window;
    load.type = analysed_type(grey, frame.type);
    if (load.type != frame.type)
        load.source_type = frame.type;
    if (grey.window && grey.window->percentiles && grey.window->scope == rule_scope::scan)
        load.readings = 2;
    if (grey.rings) {
        const axis across = grey.rings->direction;
        const box3 input = preprocess_input(frame.source_extent, frame.region, whole(frame.volume), scan.preprocess);
        load.ring_slices = along(input.extent(), across);
        load.ring_slice_voxels = voxel_count(frame.source_extent) / along(frame.source_extent, across);
    }
}

/// Whether the region of a scan is no plain box.
bool is_masked(const campaign_plan& plan, std::size_t scan) {
    const region_spec& region = plan.job.scans[scan].region;
    return region.mask || region.cylinder || plan.axes.electrode;
}

}  // namespace

planned_loads loads_of(const campaign_plan& plan) {
    planned_loads planned;
    for (std::size_t i = 0; i < plan.scans.size(); ++i) {
        if (!plan.scans[i].failure.empty())
            continue;
        const scan_frame& frame = plan.scans[i].frame;
        const preprocess_spec& spec = plan.job.scans[i].preprocess;
        const bool filtered = spec.median_radius > 0 || spec.gaussian_sigma > 0 || spec.binning > 1;
        planned.loads.push_back({plan.job.scans[i].id, frame.volume, frame.region.voxels(), frame.type, filtered});
        add_greys(plan.job.scans[i], frame, planned.loads.back());
        planned.index.push_back(i);
    }
    return planned;
}

campaign_layout layout_of(const campaign_plan& plan, const run_options& options, int ranks) {
    const planned_loads planned = loads_of(plan);
    const rank_pool pool{ranks, options.threads_per_rank, options.memory.bytes, options.ranks_per_node,
                         options.memory.source};
    campaign_layout layout = choose_layout(planned.loads, workload_of(plan), pool, {}, options.ranks_per_scan);
    for (std::size_t& scan : layout.order)
        scan = planned.index[scan];
    return layout;
}

workload workload_of(const campaign_plan& plan) {
    workload work;
    work.thresholds = threshold_count(plan);
    work.width = plan.axes.widths;
    work.chains = static_cast<index_t>(plan.job.phases.size());
    work.own_regions = std::ranges::any_of(plan.job.phases, has_own_region);
    work.limits = most_removing_limits(plan);
    work.connectivities = static_cast<index_t>(plan.axes.connectivities.size());
    work.depth_bins = plan.axes.depth.bins;
    const planned_loads scans = loads_of(plan);
    const auto load_of = [&](std::size_t scan) {
        const auto place = std::ranges::find(scans.index, scan);
        return place == scans.index.end() ? nullptr
                                          : &scans.loads[static_cast<std::size_t>(place - scans.index.begin())];
    };
    for (const state_pair& pair : plan.job.changes.pairs)
        if (const scan_load* from = load_of(pair.from), *to = load_of(pair.to); from != nullptr && to != nullptr)
            work.pairs.push_back(
                {name_of(pair, plan.job.scans), *from, *to, is_masked(plan, pair.from) || is_masked(plan, pair.to)});
    for (const std::string& field : plan.fields)
        work.field_bytes_per_voxel += field == "mask" ? 1 : field == "label" ? 8 : 4;
    return work;
}

}  // namespace tomosweep
