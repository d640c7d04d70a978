#pragma once

#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/job_error.hpp"
#include "tomosweep/core/grey.hpp"

namespace tomosweep {

/// A scan that could be opened, and its number format.
struct scan_grey {
    const scan_spec* scan;
    dtype type;
};

/// What is wrong with the thresholds of a sweep for these scans: grey levels that their formats cannot hold, pairs for
/// phases with one threshold and the reverse, rules pooled over different formats. Empty when all is well. Pure.
std::vector<problem> threshold_problems(const job_spec& job, const sweep_spec& sweep,
                                        const std::vector<scan_grey>& greys);

}  // namespace tomosweep
