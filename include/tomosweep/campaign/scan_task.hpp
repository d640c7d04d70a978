#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tomosweep/campaign/analysis.hpp"
#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/checkpoint.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {

/// One scan to be analysed by one group of ranks.
struct scan_task {
    std::size_t scan = 0;  ///< index in the job
    std::string shard_path;
    std::vector<attribute> provenance;
    /// Histogram per phase for rules that are pooled over several scans; without counts where the scan's own is meant.
    std::vector<grey_histogram> pooled;
    /// Grey levels by phase where they are known already, from the record of an earlier analysis; a phase without any
    /// gets its own from its histogram.
    std::vector<grey_thresholds> levels;
    checkpoint_spec kept = {};  ///< of finished thresholds; not used for scans whose volumes are kept
    /// Told on every rank of the group before a failure of the scan is stored with it; may be empty.
    std::function<void(const error&)> failed = {};
    step_ledger::listener begun = {};  ///< told on every rank of the group of every step as it begins; may be empty
};

/// Analyses a scan and writes its shard; what goes wrong with the scan itself is written into the shard as its
/// failure. Returns what the ranks of the group spent on it, on every rank.
/// Collective over `group`. Throws on all ranks alike: interrupted_error from `done`, and resource_error or hdf5_error
/// when the shard cannot be written.
ledger_summary run_scan(const communicator& group, const campaign_plan& plan, const scan_task& task,
                        const threshold_done& done);

/// Writes the shard of a scan that cannot be analysed, for the reason that the plan knows. Local.
void write_failed_scan(const campaign_plan& plan, std::size_t scan, const std::string& path,
                       std::vector<attribute> provenance, const std::string& key);

}  // namespace tomosweep
