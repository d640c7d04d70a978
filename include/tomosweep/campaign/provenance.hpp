#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

struct scan_block;

/// Where and how a run works.
struct run_place {
    std::string command;
    std::vector<std::string> hosts;  ///< by rank of the group
    int threads_per_rank = 1;
};

/// Names of the hosts by rank. Collective.
std::vector<std::string> hosts_of(const communicator& ranks);

/// The ids that SLURM gave the job, as JSON by name of the variable; empty outside SLURM. Local.
std::string slurm_ids();

/// How a scan was analysed, as attributes of /process/<scan>: everything that may differ between two runs with the same
/// figures, and what it takes to repeat the run. Ends with when it started: now. Local.
std::vector<attribute> provenance_of(const campaign_plan& plan, const run_place& place);

/// What was read of a scan, as attributes of /process/<scan>: shape, number format, the box that was analysed, and
/// voxel_hash() of it and of its mask volume. `block` is this rank's. Collective.
std::vector<attribute> input_provenance(const communicator& ranks, const scan_spec& scan, const scan_frame& frame,
                                        const scan_block& block);

/// Canonical text of everything that decides the results of a scan: see content_text(). `pooled` holds the scan's
/// pooled histograms by phase. Only on rank 0, which knows the files. Local.
std::string content_of(const campaign_plan& plan, std::size_t scan, const std::vector<grey_histogram>& pooled);

}  // namespace tomosweep
