#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/job.hpp"

namespace tomosweep {

/// The YAML of a job that is `job` with `sources[i]` as the source of scan i: what a phantom campaign becomes when its
/// scans have been written to files. Paths of sources stand as they are given, so relative ones count from where the
/// new job file is put; paths of masks become absolute. Every other key is kept, comments are not.
std::string job_with_sources(const job_spec& job, const std::vector<source_spec>& sources);

}  // namespace tomosweep
