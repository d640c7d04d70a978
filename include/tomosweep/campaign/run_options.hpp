#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/job.hpp"
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

/// The scans that these options select, as indices. Pure.
std::vector<std::size_t> selected_scans(const job_spec& job, const run_options& options);

}  // namespace tomosweep
