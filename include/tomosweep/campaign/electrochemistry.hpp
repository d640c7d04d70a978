#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/job_error.hpp"
#include "tomosweep/descriptors/cycling.hpp"

namespace tomosweep {

/// One table of a cycler and its cycles.
struct cycled_cell {
    std::string sample;
    std::string file;      ///< its path
    std::string checksum;  ///< XXH3, 128 bits, of its numbers
    std::vector<cycle_summary> cycles;
};

/// The electrochemistry of a job: by scan of the job the state that its table has for it, and what does not fit.
struct joined_electrochemistry {
    struct scan_cycling {
        std::size_t cell = 0;  ///< in `cells`
        cycling_state state;
    };
    std::vector<std::optional<scan_cycling>> scans;
    std::vector<cycled_cell> cells;
    std::vector<problem> problems;
};

/// Reads the tables that the job names and finds every scan in its own: by cycle, step and time; without a time at the
/// end of the step; a pristine scan stands before the first row. Local; throws nothing for the user's mistakes.
joined_electrochemistry join_electrochemistry(const job_spec& job);

}  // namespace tomosweep
