#pragma once

#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/job_error.hpp"
#include "tomosweep/kernels/histogram.hpp"

namespace tomosweep {

/// What is known of a scan that could be opened.
struct scan_facts {
    std::size_t index;
    const scan_spec* scan;
    extent3 extent;
    dtype type;  ///< of the grey levels that are analysed
    dtype source_type;
};

/// The grey levels that scans of this type can have.
grey_limits limits_of(dtype type);

/// True when the centre of at least one voxel of `box`, which is not empty, lies inside the cylinder.
bool meets(const cylinder& shape, const box3& box);

/// What is wrong with a phase in these scans: its thresholds, and the part of the region where it is looked for. Part
/// of inspect_campaign(). Pure.
std::vector<problem> problems_of(const phase_spec& phase, const job_spec& job, const sweep_spec& sweep,
                                 const std::vector<scan_facts>& scans);

}  // namespace tomosweep
