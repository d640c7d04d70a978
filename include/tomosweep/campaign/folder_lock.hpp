#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "tomosweep/campaign/lock_record.hpp"

namespace tomosweep {

/// A holder on another machine that has not counted up its beats for six times as long as it says to take for one, by
/// the watcher's own steady clock, is taken for dead; clocks that jump or differ do not matter.
struct lock_timing {
    std::chrono::milliseconds beat = std::chrono::seconds(30);
    std::chrono::milliseconds stale_after = std::chrono::seconds(180);  ///< for holders that do not say it, and at most
};

/// Beats as often as the run gives signs of life for `status`, and at least as often as by default. Pure.
lock_timing timing_with(std::int64_t heartbeat_s);

/// Whom a lock asks and tells while it has to wait. Both may be empty.
struct lock_waiting {
    std::function<bool()> give_up;
    std::function<void(const std::string&)> tell;
};

/// Holds an output folder for one process. Everybody who wants the folder first puts a file of its own there, under a
/// name that nobody else has, and then looks for others: of two, the later one always sees the earlier. Needs no file
/// locks and no links, only that a folder lists what was made in it before. A dead holder's file is removed by its
/// unique name, which can never hit a living one. Local; costs one small write per beat, by a thread that sleeps.
class folder_lock {
public:
    /// Takes the folder, which must exist. A merge waits for another merge; a run refuses at once when the holder is
    /// known to live, and watches a holder on another machine until it beats or is stale. Throws input_error naming the
    /// holder, interrupted_error when asked to give up, resource_error when the folder cannot be written.
    folder_lock(std::string directory, lock_record wanted, const lock_waiting& waiting = {}, lock_timing timing = {});
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;
    ~folder_lock();

    /// Whether somebody has taken the folder away, as happens to a process that was suspended for long.
    bool lost() const { return lost_; }

private:
    struct sighting {
        std::string text;
        std::chrono::steady_clock::time_point since;
        bool beating = false;
    };
    enum class verdict : std::uint8_t { gone, alive, unknown };

    void acquire(const lock_waiting& waiting);
    bool look_around(const lock_waiting& waiting);
    std::chrono::milliseconds patience_with(const lock_file& other) const;
    verdict judge(const lock_file& other, const lock_waiting& waiting);
    void claim();
    void withdraw();
    void beat(std::int64_t beats);
    void keep_beating(const std::stop_token& stop);

    std::string directory_;
    lock_record record_;
    lock_timing timing_;
    std::string path_;
    int file_ = -1;
    std::map<std::string, sighting> watched_;
    std::atomic<bool> lost_ = false;
    std::jthread heart_;
};

}  // namespace tomosweep
