#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tomosweep {

enum class run_state : std::uint8_t { running, finished, interrupted, failed };

/// What a run tells of itself for others to read: DIR/heartbeat.json, or DIR/heartbeat-I-of-N.json of part I of N.
struct heartbeat {
    run_state state = run_state::running;
    std::string host;
    std::int64_t process = 0;
    std::string slurm;  ///< slurm_ids() of rank 0
    int ranks = 1, threads_per_rank = 1, groups = 1;
    std::size_t part = 0, parts = 1;             ///< of a job array, counted from 0
    std::int64_t restarts = 0;                   ///< starts after one that did not finish
    std::int64_t started_s = 0;                  ///< seconds since 1970, as all times here
    std::int64_t updated_s = 0;                  ///< the last sign of life
    std::int64_t progressed_s = 0;               ///< when work was last done
    std::int64_t interval_s = 30;                ///< a sign of life follows at least so often
    std::vector<std::string> todo;               ///< scans in the order in which they are taken
    std::size_t taken = 0;                       ///< how many of them
    std::int64_t work_done = 0, work_total = 0;  ///< voxels times thresholds
};

/// All heartbeats in a folder, by part; what cannot be read is left out. Local.
std::vector<heartbeat> read_heartbeats(const std::string& directory);

/// Whether a run's last sign of life is no older than three of its intervals at `now_s`, seconds since 1970. Pure.
bool is_alive(const heartbeat& run, std::int64_t now_s);

/// Rewrites the heartbeat of a run every `interval_s` seconds, in a thread of its own that neither MPI nor HDF5 see, so
/// that a long threshold does not look like death; and once more when it ends, which without end() counts as failed.
/// A file that cannot be written is no reason to end a run. Rank 0 only. Local.
class heart {
public:
    /// `first` tells everything but restarts and times.
    heart(std::string directory, heartbeat first);
    heart(const heart&) = delete;
    heart& operator=(const heart&) = delete;
    ~heart();

    void progress(std::size_t taken, std::int64_t work_done);
    void end(run_state state);

private:
    void beat_until_stopped();

    std::string directory_;
    std::mutex mutex_;
    std::condition_variable changed_;
    heartbeat now_;
    bool stopped_ = false;
    std::jthread beats_;
};

}  // namespace tomosweep
