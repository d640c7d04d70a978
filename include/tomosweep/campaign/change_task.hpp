#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// A pair of states to be compared by one group of ranks.
struct change_task {
    std::size_t pair = 0;  ///< index in the job's changes
    std::string path;      ///< of the file to be written
    std::vector<attribute> provenance;
    std::vector<grey_thresholds> from_levels,
        to_levels;  ///< grey levels by phase that the scans' figures were made with
};

/// Registers a pair, compares it at every threshold and resolution limit of every phase, and writes its file; what goes
/// wrong with the pair itself, such as volumes that do not fit each other, is written there as its failure. `done` is
/// called on every rank after each threshold: the safe point. Collective over `group`. Throws as run_scan() does. Peak:
/// what register_state() takes besides the grey levels of both blocks; afterwards what count_changes() takes besides 2
/// bytes per voxel, and 5 and the first state's grey levels until the last class volumes are made.
void run_change(const communicator& group, const campaign_plan& plan, const change_task& task,
                const std::function<void()>& done);

/// The grey levels by phase that a scan's figures in `shard` were made with; empty for a scan without figures. Pure.
std::vector<grey_thresholds> levels_in(const data_group& shard, const job_spec& job);

}  // namespace tomosweep
