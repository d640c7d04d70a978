#include "tomosweep/campaign/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>

#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep {
namespace {

constexpr std::chrono::milliseconds shortest_pause{10};
constexpr std::chrono::milliseconds longest_pause{500};
constexpr std::int64_t beats_to_miss = 6;

[[noreturn]] void refuse(const std::string& directory, const lock_file& held) {
    throw input_error(
        directory, "", held.record ? sentence(*held.record) : fmt::format("an unreadable lock, {}", held.path),
        "one run at a time in a folder (array parts of one campaign share it): wait until it ends, stop it, "
        "or choose another folder");
}

/// A thread that signals leave alone: they are for the one that waits for them.
class quiet_signals {
public:
    quiet_signals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    quiet_signals(const quiet_signals&) = delete;
    quiet_signals& operator=(const quiet_signals&) = delete;
    ~quiet_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

}  // namespace

lock_timing timing_with(std::int64_t heartbeat_s) {
    lock_timing timing;
    timing.beat = std::min<std::chrono::milliseconds>(timing.beat, std::chrono::seconds(heartbeat_s));
    return timing;
}

folder_lock::folder_lock(std::string directory, lock_record wanted, const lock_waiting& waiting, lock_timing timing)
    : directory_(std::move(directory)),
      record_(std::move(wanted)),
      timing_(timing),
      path_(new_lock_path(directory_, record_.process)) {
    record_.beat_ms = timing_.beat.count();
    try {
        acquire(waiting);
        beat(1);
        const quiet_signals quiet;
        heart_ = begin_thread([this](const std::stop_token& stop) { keep_beating(stop); });
    } catch (...) {
        withdraw();
        throw;
    }
}

folder_lock::~folder_lock() {
    heart_.request_stop();
    if (heart_.joinable())
        heart_.join();
    withdraw();
}

void folder_lock::acquire(const lock_waiting& waiting) {
    auto pause = shortest_pause;
    // Looking before claiming keeps those who wait out of each other's way.
    while (!look_around(waiting)) {
        if (waiting.give_up && waiting.give_up())
            throw interrupted_error("stopped by a signal while waiting for the output folder");
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, longest_pause);
    }
}

/// Whether the folder is ours: claimed, and nobody else in the way.
bool folder_lock::look_around(const lock_waiting& waiting) {
    bool free = true, yield = false;
    for (const lock_file& other : locks_in(directory_)) {
        if (other.path == path_ || (other.record && !exclude(*other.record, record_)))
            continue;
        const verdict found = judge(other, waiting);
        if (found == verdict::gone)
            continue;
        const bool holds = other.beats > 0;
        if (holds && found == verdict::alive && record_.role != lock_role::merge)
            refuse(directory_, other);
        free = false;
        // Of those who claim it at the same time the first by name goes on, and the others step back.
        yield = yield || holds || other.path < path_;
    }
    if (yield)
        withdraw();
    if (!free || file_ >= 0)
        return free;
    claim();
    return look_around(waiting);
}

std::chrono::milliseconds folder_lock::patience_with(const lock_file& other) const {
    const std::int64_t beat_ms = other.record ? other.record->beat_ms : 0;
    if (beat_ms <= 0 || beat_ms > timing_.stale_after.count() / beats_to_miss)
        return timing_.stale_after;
    return std::chrono::milliseconds(beats_to_miss * beat_ms);
}

folder_lock::verdict folder_lock::judge(const lock_file& other, const lock_waiting& waiting) {
    const process_life life = life_of(other, record_);
    if (life == process_life::alive)
        return verdict::alive;
    const auto now = std::chrono::steady_clock::now();
    const auto [seen, is_new] = watched_.try_emplace(other.path, sighting{other.text, now, false});
    sighting& before = seen->second;
    if (is_new && life != process_life::dead && waiting.tell)
        waiting.tell(
            fmt::format("{} is held by {}; looking for up to {} s whether it still lives", directory_,
                        other.record ? sentence(*other.record) : fmt::format("an unreadable lock, {}", other.path),
                        std::chrono::ceil<std::chrono::seconds>(patience_with(other)).count()));
    if (before.text != other.text)
        before = {other.text, now, true};
    const bool stale = now - before.since > patience_with(other);
    if (life != process_life::dead && !stale)
        return before.beating ? verdict::alive : verdict::unknown;
    ::unlink(other.path.c_str());
    watched_.erase(seen);
    return verdict::gone;
}

void folder_lock::claim() {
    const std::string text = lock_text(record_, 0);
    write_file_whole(path_, text);
    file_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (file_ < 0)
        throw resource_error("access", "cannot open the lock " + path_);
}

void folder_lock::withdraw() {
    if (file_ < 0)
        return;
    ::close(file_);
    file_ = -1;
    ::unlink(path_.c_str());
}

/// In place and through the open file: when the lock was taken away, this changes nobody else's.
void folder_lock::beat(std::int64_t beats) {
    struct stat named {};
    if (::stat(path_.c_str(), &named) != 0 && errno == ENOENT)
        lost_ = true;
    const std::string text = beat_text(beats);
    const auto place = static_cast<off_t>(lock_text(record_, 0).size() - text.size());
    // A beat that cannot be written is no reason to end a run: the next one may be, and a lost lock is noticed.
    if (::pwrite(file_, text.data(), text.size(), place) >= 0)
        ::fsync(file_);
}

void folder_lock::keep_beating(const std::stop_token& stop) {
    std::mutex guard;
    std::condition_variable_any asleep;
    std::unique_lock lock(guard);
    for (std::int64_t beats = 2;; ++beats) {
        if (asleep.wait_for(lock, stop, timing_.beat, [] { return false; }) || stop.stop_requested())
            return;
        beat(beats);
    }
}

}  // namespace tomosweep
