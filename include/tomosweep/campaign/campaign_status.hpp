#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tomosweep/campaign/heartbeat.hpp"

namespace tomosweep {

/// Where a scan of a campaign stands. Missing ones are in no living run's list; outdated ones have results of another
/// job or sweep, or of an older input.
enum class scan_state : std::uint8_t { complete, running, failed, waiting, missing, outdated, unreadable };

struct scan_progress {
    std::string id;
    scan_state state = scan_state::missing;
    std::string failure;
    std::int64_t work = 0;    ///< voxels times thresholds
    double seconds = 0;       ///< that a finished analysis took
    double core_seconds = 0;  ///< the same times ranks times threads
};

/// A campaign as its folder shows it.
struct campaign_status {
    std::string campaign;
    std::vector<scan_progress> scans;  ///< in the job's order
    std::vector<heartbeat> runs;       ///< by part
    std::int64_t now_s = 0;

    std::size_t count(scan_state state) const;
    std::int64_t work_total() const;
    std::int64_t work_left() const;    ///< voxels times thresholds of scans that are not complete
    double core_seconds_left() const;  ///< at what the complete scans took; NaN before the first one
    double seconds_left() const;       ///< of the living runs, at their rates so far; NaN without
    std::int64_t restarts() const;     ///< of all parts
    std::int64_t last_sign_s() const;  ///< the latest; 0 without any run
};

/// Reads what stands in the output folder of a run at the time `now_s`, seconds since 1970: run.json, the heartbeats,
/// and the provenance of every shard. Touches nothing and takes no lock. Local. Throws input_error when the folder
/// holds no record of a run. Cost: opens each shard once and reads a few kB of it.
campaign_status read_status(const std::string& directory, std::int64_t now_s);

/// One word for people and scripts.
const char* name_of(scan_state state);
const char* name_of(run_state state);

}  // namespace tomosweep
