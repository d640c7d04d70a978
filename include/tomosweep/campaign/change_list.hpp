#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/change_task.hpp"
#include "tomosweep/campaign/run_options.hpp"
#include "tomosweep/campaign/shard_store.hpp"

namespace tomosweep {

/// Counts up with every change of an algorithm that changes a figure of a pair.
inline constexpr int change_version = 2;

/// The pairs of a campaign that a run compares, once their scans have results.
struct change_list {
    std::vector<std::size_t> todo;  ///< indices of pairs, largest first
    std::vector<std::string>
        contents;  ///< by pair, canonical text of what its figures depend on; of those that have any
};

/// What is left to do of the pairs between selected scans: those whose scans both have results and whose file is
/// missing, failed, or of another content. `scan_contents` are those of all scans on rank 0. A run of one part of a job
/// array has none. Collective.
change_list list_changes(const communicator& world, const campaign_plan& plan, const run_options& options,
                         const shard_store& store, const std::vector<std::string>& scan_contents);

/// Compares one pair: see run_change(). Returns whether it came to its end, not to an interruption by `done`.
/// Collective over `group`.
bool compare_pair(const communicator& group, const campaign_plan& plan, const run_options& options,
                  const shard_store& store, const change_list& list, std::size_t pair,
                  const std::function<void()>& done);

/// "FROM--TO: why" of every pair between selected scans that has no figures. Rank 0 only.
std::vector<std::string> failed_changes(const campaign_plan& plan, const run_options& options, const shard_store& store,
                                        const change_list& list);

}  // namespace tomosweep
