#include "tomosweep/campaign/submission.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tomosweep/campaign/plan_text.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr double wanted_task_s = 4 * 3600.0;
constexpr int most_shards = 100;

/// More nodes while the campaign would not end in time, the site has them, and they help.
node_layout layout_in_time(const std::vector<scan_load>& scans, const workload& work, const site_spec& site,
                           const submission_wish& wish) {
    node_pool pool{wish.nodes.value_or(0), site.cores_per_node, site.bytes_per_node};
    node_layout layout = choose_nodes(scans, work, pool);
    if (layout.nodes > site.nodes_at_most)
        throw resource_error("nodes", fmt::format("the campaign needs {}, a job of this site may have {}", layout.nodes,
                                                  site.nodes_at_most));
    const bool may_grow = !wish.array && !wish.nodes;
    while (may_grow && allotted_seconds(layout.campaign.seconds) > static_cast<double>(site.longest_s) &&
           2 * layout.nodes <= site.nodes_at_most) {
        pool.nodes = 2 * layout.nodes;
        const node_layout larger = choose_nodes(scans, work, pool);
        constexpr double worth_it = 1.5;
        if (larger.campaign.seconds * worth_it > layout.campaign.seconds)
            break;
        layout = larger;
    }
    return layout;
}

int shards_for(double seconds, std::size_t scans, const site_spec& site) {
    const double task_s = std::min(wanted_task_s, static_cast<double>(site.longest_s) / 2);
    const double most = std::min(static_cast<double>(scans), static_cast<double>(most_shards));
    return static_cast<int>(std::clamp(std::ceil(seconds / task_s), 1.0, most));
}

/// Every shard takes each shards-th scan of the job.
double longest_shard_s(const planned_loads& scans, workload work, const site_spec& site, int nodes, int shards) {
    // Parts leave pairs to a run of the whole.
    work.pairs.clear();
    double longest = 0;
    for (int shard = 0; shard < shards; ++shard) {
        std::vector<scan_load> own;
        for (std::size_t i = 0; i < scans.loads.size(); ++i)
            if (static_cast<int>(scans.index[i] % static_cast<std::size_t>(shards)) == shard)
                own.push_back(scans.loads[i]);
        longest = std::max(longest,
                           choose_nodes(own, work, {nodes, site.cores_per_node, site.bytes_per_node}).campaign.seconds);
    }
    return longest;
}

/// Long enough for the step between two safe points, with the same margin as the time of the job.
std::int64_t warning_for(const std::vector<scan_load>& scans, const workload& work, const site_spec& site,
                         const node_layout& layout, std::int64_t job_s) {
    double step = 0;
    for (const scan_load& scan : scans)
        step = std::max(step, seconds(scan, layout.campaign.ranks_per_scan, layout.threads_per_rank, work, {}) /
                                  static_cast<double>(work.thresholds));
    const double most = std::min(65535.0, static_cast<double>(job_s) / 4);
    return std::max(std::min(site.warning_s, job_s / 2), static_cast<std::int64_t>(std::min(2 * step, most)));
}

}  // namespace

submission plan_submission(const planned_loads& scans, const workload& work, const site_spec& site,
                           const submission_wish& wish) {
    submission planned;
    planned.layout = layout_in_time(scans.loads, work, site, wish);
    planned.longest_s = planned.layout.campaign.seconds;
    batch_request& request = planned.request;
    if (wish.array) {
        request.shards = wish.shards.value_or(shards_for(planned.longest_s, scans.loads.size(), site));
        request.tasks_at_once = std::min(request.shards, site.tasks_at_once);
        planned.longest_s = longest_shard_s(scans, work, site, planned.layout.nodes, request.shards);
    }
    const double allotted = allotted_seconds(planned.longest_s);
    request.nodes = planned.layout.nodes;
    request.ranks_per_node = planned.layout.ranks_per_node;
    request.threads_per_rank = planned.layout.threads_per_rank;
    request.bytes_per_node = site.bytes_per_node;
    request.seconds = std::min(static_cast<std::int64_t>(allotted), site.longest_s);
    request.warning_s = warning_for(scans.loads, work, site, planned.layout, request.seconds);
    planned.likely_restarts =
        static_cast<int>(std::min(planned.longest_s / static_cast<double>(request.seconds - request.warning_s), 1e6));
    planned.most_restarts = std::max(20, 3 * planned.likely_restarts);
    return planned;
}

}  // namespace tomosweep
