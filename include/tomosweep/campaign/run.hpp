#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/effort.hpp"
#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/campaign/run_options.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// What a run has to do and how far it is, in units of voxels times thresholds.
struct run_progress {
    std::size_t scans_total = 0;
    std::int64_t scans_done = 0;
    std::int64_t work_done = 0;
    std::int64_t work_total = 0;
    std::int64_t thresholds_done = 0;  ///< of the scan that rank 0 works on
    std::int64_t thresholds = 0;
    scan_step step = scan_step::other;  ///< that rank 0 is at
};

/// What one scan took.
struct scan_effort {
    std::string id;
    index_t voxels = 0;  ///< analysed
    index_t thresholds = 0;
    ledger_summary ledger;
};

/// Who watches a run; called on rank 0 only.
struct run_watcher {
    std::function<void(const campaign_layout&, std::size_t todo, std::size_t complete)> started;
    std::function<void(const run_progress&)> progress;
    std::function<void(const scan_effort&)> scan_done;  ///< analysed by any group; soon after its shard is complete
    std::function<void(const std::string&)> notice;     ///< something that a person should know at once
};

struct run_summary {
    std::size_t complete = 0;           ///< scans with results, earlier ones included
    std::vector<std::string> failures;  ///< "scan: reason"
    bool interrupted = false;
    std::vector<std::string> outdated;  ///< on rank 0: results of another job or sweep, left out of the archive
    bool merged = false;
    data_group archive;  ///< on rank 0, when merged
    peak_memory memory;
    std::vector<scan_effort> efforts;  ///< on rank 0: of the scans that this run analysed, as they were finished
};

/// Runs a campaign: skips scans whose shard has the same content key, shares the others among groups of ranks, writes
/// one shard per scan, then compares the pairs of scans that the job names, and, unless other shards of a job array are
/// still missing, the merged archive. `stop_requested` is asked at safe points. The folder is locked meanwhile: see
/// folder_lock. Collective. Throws on every rank what ends the whole run; failures of single scans stand in the
/// summary.
run_summary run_campaign(const communicator& world, campaign_plan plan, const run_options& options,
                         const run_watcher& watcher, const std::function<bool()>& stop_requested);

}  // namespace tomosweep
