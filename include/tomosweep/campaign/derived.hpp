#pragma once

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// Gives the campaign that merge_scans() made the labels of the job, and adds what follows from its figures and tables,
/// the job and its electrochemistry, without a voxel: variables beside the figures, and the groups onset, porosity and
/// cycles; see docs/archive.md. All that is added carries the attribute `derived`; scans without capacity get it from
/// electrochemistry. What is not known for any scan is left out. What is wrong with the job's electrochemistry stands
/// in the attribute `derived_problems` of /process, one sentence per line; the rest is derived without it. Archives of
/// every earlier version will do. Local.
void add_derived(data_group& campaign, const job_spec& job);

/// What was computed from voxels: an archive or a shard without what add_derived() adds, and without labels. Pure.
data_group without_derived(data_group campaign);

/// What add_derived() could not use, one sentence per line. Pure.
std::string derivation_problems(const data_group& campaign);

}  // namespace tomosweep
