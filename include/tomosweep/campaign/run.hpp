#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/node_memory.hpp"

namespace tomosweep {

struct run_options {
    std::string directory;
    bool fresh = false;           ///< forget earlier results
    std::string scans_glob;       ///< only scans whose id matches; empty means all
    std::size_t shard_index = 0;  ///< of job arrays: take every shard_count-th scan, from shard_index
    std::size_t shard_count = 1;
    std::optional<int> ranks_per_scan;
    int threads_per_rank = 1;
    int ranks_per_node = 1;
    memory_bound memory;            ///< that each rank may use
    double checkpoint_s = 1800;     ///< how often the finished thresholds of an unfinished scan are kept
    std::string command;            ///< for provenance
    std::int64_t heartbeat_s = 30;  ///< seconds between two signs of life in the folder
};

/// What a run has to do and how far it is, in units of voxels times thresholds.
struct run_progress {
    std::size_t scans_total = 0;
    std::int64_t scans_done = 0;
    std::int64_t work_done = 0;
    std::int64_t work_total = 0;
};

/// Who watches a run; called on rank 0 only.
struct run_watcher {
    std::function<void(const campaign_layout&, std::size_t todo, std::size_t complete)> started;
    std::function<void(const run_progress&)> progress;
    std::function<void(const std::string&)> notice;  ///< something that a person should know at once
};

/// Most memory that any rank had at once over the whole run.
struct peak_memory {
    std::int64_t volume_bytes = 0;        ///< in volumes of voxels
    std::int64_t resident_bytes = 0;      ///< in all, program and libraries included
    double resident_bytes_per_voxel = 0;  ///< of the rank's largest block; 0 when nothing was analysed
};

/// What one scan took.
struct scan_effort {
    std::string id;
    index_t voxels = 0;  ///< analysed
    index_t thresholds = 0;
    ledger_summary ledger;
};

struct run_summary {
    std::size_t complete = 0;           ///< scans with results, earlier ones included
    std::vector<std::string> failures;  ///< "scan: reason"
    bool interrupted = false;
    std::vector<std::string> outdated;  ///< on rank 0: results of another job or sweep, left out of the archive
    bool merged = false;
    data_group archive;  ///< on rank 0, when merged
    peak_memory memory;
    std::vector<scan_effort> efforts;  ///< on rank 0: of the scans that this run analysed, in the job's order
};

/// Predicted cost of every scan of a plan that can be analysed; `index` says which. Pure.
struct planned_loads {
    std::vector<scan_load> loads;
    std::vector<std::size_t> index;
};
planned_loads loads_of(const campaign_plan& plan);
workload workload_of(const campaign_plan& plan);

/// The scans that these options select, as indices. Pure.
std::vector<std::size_t> selected_scans(const job_spec& job, const run_options& options);

/// Runs a campaign: skips scans whose shard has the same content key, shares the others among groups of ranks, writes
/// one shard per scan and, unless other shards of a job array are still missing, the merged archive. `stop_requested`
/// is asked at safe points. The folder is locked meanwhile: see folder_lock. Collective. Throws on every rank what ends
/// the whole run; failures of single scans stand in the summary.
run_summary run_campaign(const communicator& world, campaign_plan plan, const run_options& options,
                         const run_watcher& watcher, const std::function<bool()>& stop_requested);

}  // namespace tomosweep
