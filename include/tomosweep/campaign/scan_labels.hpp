#pragma once

#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

// What a job calls its scans: sample, cycle, step, capacity and time. No voxel and no table depends on them, so they
// are no part of a content key: a shard keeps those it was written with, and a merged archive has those of the last
// job.

/// The variables `sample`, `cycle`, `step`, `capacity_mAh_per_g` and `time_h` along `scan`; NaN and -1 where nothing is
/// known. Pure.
std::vector<variable> label_variables(const std::vector<scan_spec>& scans);

/// Gives the scans of an archive, in all its groups, and its pairs of scans the labels of the job. Scans that the job
/// does not have keep theirs. Pure.
void set_labels(data_group& archive, const job_spec& job);

/// Takes the labels out of an archive, for comparing what was computed. Pure.
void remove_labels(data_group& archive);

}  // namespace tomosweep
