#include "tomosweep/campaign/heartbeat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "tomosweep/campaign/json_file.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep {

// Found by the library through the namespace of the types.
NLOHMANN_JSON_SERIALIZE_ENUM(run_state, {{run_state::running, "running"},
                                         {run_state::finished, "finished"},
                                         {run_state::interrupted, "interrupted"},
                                         {run_state::failed, "failed"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(heartbeat, state, host, process, slurm, ranks, threads_per_rank, groups, part, parts,
                                   restarts, started_s, updated_s, progressed_s, interval_s, todo, taken, work_done,
                                   work_total)

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string path_of(const std::string& directory, const heartbeat& beat) {
    const std::string name = beat.parts == 1 ? std::string("heartbeat.json")
                                             : fmt::format("heartbeat-{}-of-{}.json", beat.part + 1, beat.parts);
    return (fs::path(directory) / name).string();
}

/// A heartbeat with whose times and amounts one can reckon; nothing when it is written by another version, spoilt, or
/// gone.
std::optional<heartbeat> read_heartbeat(const fs::path& path) {
    constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999
    constexpr std::int64_t most_restarts = 1'000'000;
    const auto is_time = [](std::int64_t seconds) { return seconds >= 0 && seconds <= last_second; };
    std::ifstream file(path);
    try {
        auto beat = parse_record({std::istreambuf_iterator<char>(file), {}}).get<heartbeat>();
        const bool sound = is_time(beat.started_s) && is_time(beat.updated_s) && is_time(beat.progressed_s) &&
                           is_time(beat.interval_s) && beat.restarts >= 0 && beat.restarts <= most_restarts &&
                           beat.work_done >= 0 && beat.work_total >= 0;
        return sound ? std::optional(std::move(beat)) : std::nullopt;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

/// How often a run on this folder has started again after one that did not finish.
std::int64_t restarts_before(const std::string& path) {
    const auto last = read_heartbeat(path);
    return !last || last->state == run_state::finished ? 0 : last->restarts + 1;
}

void write(const std::string& directory, heartbeat beat) {
    beat.updated_s = std::time(nullptr);
    try {
        write_json_file(path_of(directory, beat), beat);
    } catch (const error&) {
        // A full disk stops the run where results are at stake, not here.
    }
}

}  // namespace

std::vector<heartbeat> read_heartbeats(const std::string& directory) {
    std::vector<heartbeat> beats;
    std::error_code code;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, code)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("heartbeat") || !name.ends_with(".json"))
            continue;
        if (auto beat = read_heartbeat(entry.path()))
            beats.push_back(std::move(*beat));
    }
    std::ranges::sort(beats, {}, [](const heartbeat& beat) { return std::pair(beat.parts, beat.part); });
    return beats;
}

bool is_alive(const heartbeat& run, std::int64_t now_s) {
    return run.state == run_state::running && now_s - run.updated_s <= 3 * run.interval_s;
}

heart::heart(std::string directory, heartbeat first) : directory_(std::move(directory)), now_(std::move(first)) {
    now_.restarts = restarts_before(path_of(directory_, now_));
    now_.started_s = now_.progressed_s = std::time(nullptr);
    write(directory_, now_);
    beats_ = begin_thread([this](const std::stop_token&) { beat_until_stopped(); });
}

heart::~heart() {
    end(run_state::failed);
}

void heart::progress(std::size_t taken, std::int64_t work_done) {
    const std::lock_guard lock(mutex_);
    if (work_done != now_.work_done)
        now_.progressed_s = std::time(nullptr);
    now_.taken = std::min(taken, now_.todo.size());
    now_.work_done = work_done;
}

void heart::end(run_state state) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_)
            return;
        stopped_ = true;
        now_.state = state;
    }
    changed_.notify_one();
    beats_.join();
    write(directory_, now_);
}

void heart::beat_until_stopped() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::seconds(now_.interval_s), [this] { return stopped_; })) {
        const heartbeat beat = now_;
        // A slow file system must not hold up the run, which takes the lock to tell of its progress.
        lock.unlock();
        write(directory_, beat);
        lock.lock();
    }
}

}  // namespace tomosweep
