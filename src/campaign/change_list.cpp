#include "tomosweep/campaign/change_list.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/change_reader.hpp"
#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/provenance.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Pairs whose scans this run is about; the parts of a job array do not know when the others' scans are complete.
std::vector<std::size_t> selected_pairs(const campaign_plan& plan, const run_options& options) {
    std::vector<std::size_t> pairs;
    if (options.shard_count > 1)
        return pairs;
    const std::vector<std::size_t> scans = selected_scans(plan.job, options);
    const auto selected = [&](std::size_t scan) { return std::ranges::find(scans, scan) != scans.end(); };
    for (std::size_t i = 0; i < plan.job.changes.pairs.size(); ++i)
        if (selected(plan.job.changes.pairs[i].from) && selected(plan.job.changes.pairs[i].to))
            pairs.push_back(i);
    return pairs;
}

std::string content_of_pair(const campaign_plan& plan, const state_pair& pair,
                            const std::vector<std::string>& scan_contents) {
    const nlohmann::json text{{"change_version", change_version},
                              {"from", content_key(scan_contents[pair.from])},
                              {"to", content_key(scan_contents[pair.to])},
                              {"register", static_cast<int>(pair.registration)},
                              {"least_overlap", plan.job.changes.least_overlap},
                              {"least_correlation", plan.job.changes.least_correlation}};
    return text.dump();
}

/// Whether the pair's file is missing or has to be made anew.
bool is_open(const campaign_plan& plan, const run_options& options, const shard_store& store, std::size_t pair,
             const std::string& content) {
    const std::string name = name_of(plan.job.changes.pairs[pair], plan.job.scans);
    return options.fresh || store.change_status(name, content_key(content)).state != shard_state::complete;
}

/// The first rank of the group reads the grey levels from the scans' shards. Collective over `group`.
change_task task_of(const communicator& group, const campaign_plan& plan, const shard_store& store,
                    std::vector<attribute> provenance, const change_list& list, std::size_t pair) {
    const state_pair& states = plan.job.changes.pairs[pair];
    change_task task{pair, store.change_path(name_of(states, plan.job.scans)), std::move(provenance), {}, {}};
    task.provenance.push_back({content_attribute, list.contents[pair]});
    task.provenance.push_back({content_key_attribute, content_key(list.contents[pair])});
    const auto content = nlohmann::json::parse(list.contents[pair]);
    task.provenance.push_back({from_key_attribute, content.at("from").get<std::string>()});
    task.provenance.push_back({to_key_attribute, content.at("to").get<std::string>()});
    const auto share = [&](std::size_t scan) {
        std::vector<grey_thresholds> levels(plan.job.phases.size());
        agreed(group, [&] {
            if (group.root())
                levels = levels_in(read_netcdf(store.shard_path(plan.job.scans[scan].id)), plan.job);
        });
        for (grey_thresholds& each : levels) {
            group.broadcast(each.high);
            group.broadcast(each.low);
        }
        return levels;
    };
    task.from_levels = share(states.from);
    task.to_levels = share(states.to);
    return task;
}

}  // namespace

change_list list_changes(const communicator& world, const campaign_plan& plan, const run_options& options,
                         const shard_store& store, const std::vector<std::string>& scan_contents) {
    change_list list;
    list.contents.resize(plan.job.changes.pairs.size());
    agreed(world, [&] {
        if (!world.root())
            return;
        for (const std::size_t i : selected_pairs(plan, options)) {
            const state_pair& pair = plan.job.changes.pairs[i];
            const auto complete = [&](std::size_t scan) {
                return store.status(plan.job.scans[scan].id, content_key(scan_contents[scan])).state ==
                       shard_state::complete;
            };
            if (!complete(pair.from) || !complete(pair.to))
                continue;
            list.contents[i] = content_of_pair(plan, pair, scan_contents);
            if (is_open(plan, options, store, i, list.contents[i]))
                list.todo.push_back(i);
        }
        std::ranges::stable_sort(list.todo, std::greater<>(), [&](std::size_t i) {
            return voxel_count(plan.scans[plan.job.changes.pairs[i].from].frame.volume);
        });
        if (!list.todo.empty())
            store.prepare_changes();
    });
    world.broadcast(list.todo);
    for (std::string& content : list.contents)
        world.broadcast(content);
    return list;
}

bool compare_pair(const communicator& group, const campaign_plan& plan, const run_options& options,
                  const shard_store& store, const change_list& list, std::size_t pair,
                  const std::function<void()>& done) {
    const run_place where{options.command, hosts_of(group), options.threads_per_rank};
    try {
        run_change(group, plan, task_of(group, plan, store, provenance_of(plan, where), list, pair), done);
        return true;
    } catch (const interrupted_error&) {
        return false;
    }
}

std::vector<std::string> failed_changes(const campaign_plan& plan, const run_options& options, const shard_store& store,
                                        const change_list& list) {
    std::vector<std::string> failures;
    for (const std::size_t i : selected_pairs(plan, options)) {
        const std::string name = name_of(plan.job.changes.pairs[i], plan.job.scans);
        if (list.contents[i].empty()) {
            failures.push_back(name + ": one of the scans has no results");
            continue;
        }
        const shard_status status = store.change_status(name, content_key(list.contents[i]));
        if (status.state == shard_state::failed)
            failures.push_back(fmt::format("{}: {}", name, status.failure));
    }
    return failures;
}

}  // namespace tomosweep
