#pragma once

#include <cstddef>
#include <vector>

#include "tomosweep/ops/registration_kind.hpp"

namespace tomosweep {

/// Two scans of the job that are compared voxel by voxel.
struct state_pair {
    std::size_t from = 0, to = 0;  ///< indices of scans; `to` is brought onto the voxels of `from`
    registration_kind registration = registration_kind::rigid;
    int line = 0;  ///< in the job file

    friend bool operator==(const state_pair&, const state_pair&) = default;
};

/// `changes:` of a job.
struct change_spec {
    std::vector<state_pair> pairs;
    double least_overlap = 0.5;      ///< of the first state's region
    double least_correlation = 0.5;  ///< of the registered grey levels
};

}  // namespace tomosweep
