#include "tomosweep/campaign/scan_list.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/failure_record.hpp"
#include "tomosweep/campaign/moved_input.hpp"
#include "tomosweep/campaign/provenance.hpp"
#include "tomosweep/campaign/scan_task.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep {
namespace {

/// A scan that cannot even be opened.
void record_failure(const campaign_plan& plan, const run_options& options, const shard_store& store, std::size_t scan,
                    const std::string& key) {
    const std::string& id = plan.job.scans[scan].id;
    failure_record record;
    record.scan = id;
    record.thresholds = threshold_count(plan);
    record.kind = error_kind::input;
    record.message = plan.scans[scan].failure;
    record.provenance = provenance_of(plan, {options.command, {host_name()}, options.threads_per_rank});
    keep_failure(record, options.directory);
    write_failed_scan(plan, scan, store.shard_path(id), record.provenance, key);
}

}  // namespace

scan_list list_scans(const communicator& world, const campaign_plan& plan, const run_options& options,
                     const shard_store& store, const std::vector<std::vector<grey_histogram>>& pooled,
                     const std::vector<std::size_t>& order) {
    scan_list list;
    list.contents.resize(plan.scans.size());
    list.moved.resize(plan.scans.size());
    agreed(world, [&] {
        if (!world.root())
            return;
        for (std::size_t scan = 0; scan < plan.scans.size(); ++scan)
            list.contents[scan] = store.held(plan.job.scans[scan].id, content_of(plan, scan, pooled[scan]));
        const std::vector<std::size_t> selected = selected_scans(plan.job, options);
        for (const std::size_t scan : order) {
            if (std::ranges::find(selected, scan) == selected.end() || !plan.scans[scan].failure.empty())
                continue;
            // A shard that is not as it was written is computed anew.
            const shard_status found = store.sound_status(plan.job.scans[scan].id, content_key(list.contents[scan]));
            if (found.state == shard_state::complete) {
                ++list.complete;
                continue;
            }
            list.todo.push_back(scan);
            list.moved[scan] = recorded_hash_is_enough(plan.job.scans[scan], plan.scans[scan].frame) &&
                               store.moved(plan.job.scans[scan].id, list.contents[scan]);
        }
        for (const std::size_t scan : selected)
            if (!plan.scans[scan].failure.empty())
                record_failure(plan, options, store, scan, content_key(list.contents[scan]));
    });
    world.broadcast(list.todo);
    world.broadcast(list.moved);
    for (const std::size_t scan : list.todo)
        world.broadcast(list.contents[scan]);
    return list;
}

scan_results found_results(const campaign_plan& plan, const run_options& options, const shard_store& store,
                           const std::vector<std::string>& contents) {
    scan_results results;
    const std::vector<std::size_t> selected = selected_scans(plan.job, options);
    for (std::size_t scan = 0; scan < plan.scans.size(); ++scan) {
        const std::string& id = plan.job.scans[scan].id;
        const shard_status status = store.status(id, content_key(contents[scan]));
        if (status.state == shard_state::outdated || status.state == shard_state::unreadable)
            results.outdated.push_back(id);
        if (status.state != shard_state::complete && status.state != shard_state::failed)
            continue;
        results.ids.push_back(id);
        if (std::ranges::find(selected, scan) == selected.end())
            continue;
        if (status.state == shard_state::complete)
            ++results.complete;
        else
            results.failures.push_back(fmt::format("{}: {}", id, status.failure));
    }
    return results;
}

}  // namespace tomosweep
