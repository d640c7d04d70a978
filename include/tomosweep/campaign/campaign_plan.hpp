#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/shard.hpp"
#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// A scan of the job after a look at its header.
struct planned_scan {
    scan_frame frame;     ///< valid when `failure` is empty
    std::string failure;  ///< why the scan cannot be analysed
    /// Size and time of change of the files behind it and behind its mask; known on rank 0 only.
    std::vector<file_identity> files, mask_files;
};

/// Everything that is known before the first voxel is read, the same on every rank.
struct campaign_plan {
    job_spec job;
    sweep_spec sweep;
    std::vector<std::string> fields;         ///< of mask, label, thickness
    std::vector<threshold_spec> thresholds;  ///< by phase: its own or the sweep's
    std::vector<planned_scan> scans;         ///< in the job's order
    campaign_axes axes;
};

/// Looks at every scan's header, as `tomosweep check` does. Local. Throws job_error with every problem when the
/// campaign as a whole is wrong or not a single scan can be analysed; what is wrong with one scan among others is its
/// failure.
campaign_plan make_plan(job_spec job, sweep_spec sweep, std::vector<std::string> fields);

/// The same with rank 0 looking and everyone learning what it saw. Collective; throws on every rank.
campaign_plan make_plan(const communicator& ranks, job_spec job, sweep_spec sweep, std::vector<std::string> fields);

/// Points of the threshold axes of all phases together. Pure.
index_t threshold_count(const campaign_plan& plan);

/// What a scan costs, as voxels times thresholds; 0 for one that cannot be analysed. Pure.
std::int64_t work_of(const campaign_plan& plan, std::size_t scan);

}  // namespace tomosweep
