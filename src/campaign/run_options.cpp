#include "tomosweep/campaign/run_options.hpp"

#include <fnmatch.h>

namespace tomosweep {

std::vector<std::size_t> selected_scans(const job_spec& job, const run_options& options) {
    std::vector<std::size_t> selected;
    for (std::size_t scan = 0; scan < job.scans.size(); ++scan) {
        const bool matches =
            options.scans_glob.empty() || fnmatch(options.scans_glob.c_str(), job.scans[scan].id.c_str(), 0) == 0;
        if (matches && scan % options.shard_count == options.shard_index)
            selected.push_back(scan);
    }
    return selected;
}

}  // namespace tomosweep
