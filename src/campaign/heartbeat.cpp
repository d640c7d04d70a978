#include "tomosweep/campaign/heartbeat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "tomosweep/campaign/json_file.hpp"
#include "tomosweep/core/error.hpp"

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

/// How often a run on this folder has started again after one that did not finish.
int restarts_before(const std::string& path) {
    std::ifstream file(path);
    try {
        const auto last = json::parse(file).get<heartbeat>();
        return last.state == run_state::finished ? 0 : last.restarts + 1;
    } catch (const json::exception&) {
        return 0;
    }
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
        std::ifstream file(entry.path());
        try {
            beats.push_back(json::parse(file).get<heartbeat>());
        } catch (const json::exception&) {
            // Written by another version, or gone since the folder was listed.
        }
    }
    std::ranges::sort(beats, {}, [](const heartbeat& beat) { return std::pair(beat.parts, beat.part); });
    return beats;
}

heart::heart(std::string directory, heartbeat first) : directory_(std::move(directory)), now_(std::move(first)) {
    now_.restarts = restarts_before(path_of(directory_, now_));
    now_.started_s = now_.progressed_s = std::time(nullptr);
    write(directory_, now_);
    beats_ = std::thread([this] { beat_until_stopped(); });
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
