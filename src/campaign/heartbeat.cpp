#include "tomosweep/campaign/heartbeat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {

// Found by the library through the namespace of the enumeration.
NLOHMANN_JSON_SERIALIZE_ENUM(run_state, {{run_state::running, "running"},
                                         {run_state::finished, "finished"},
                                         {run_state::interrupted, "interrupted"},
                                         {run_state::failed, "failed"}})

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string path_of(const std::string& directory, const heartbeat& beat) {
    const std::string name = beat.parts == 1 ? std::string("heartbeat.json")
                                             : fmt::format("heartbeat-{}-of-{}.json", beat.part + 1, beat.parts);
    return (fs::path(directory) / name).string();
}

json to_json(const heartbeat& beat) {
    return {{"state", run_state(beat.state)},
            {"host", beat.host},
            {"process", beat.process},
            {"slurm", beat.slurm},
            {"ranks", beat.ranks},
            {"threads_per_rank", beat.threads_per_rank},
            {"groups", beat.groups},
            {"part", beat.part},
            {"parts", beat.parts},
            {"restarts", beat.restarts},
            {"started_s", beat.started_s},
            {"updated_s", beat.updated_s},
            {"progressed_s", beat.progressed_s},
            {"interval_s", beat.interval_s},
            {"todo", beat.todo},
            {"taken", beat.taken},
            {"work_done", beat.work_done},
            {"work_total", beat.work_total}};
}

heartbeat from_json(const json& text) {
    heartbeat beat;
    beat.state = text.at("state").get<run_state>();
    beat.host = text.at("host");
    beat.process = text.at("process");
    beat.slurm = text.at("slurm");
    beat.ranks = text.at("ranks");
    beat.threads_per_rank = text.at("threads_per_rank");
    beat.groups = text.at("groups");
    beat.part = text.at("part");
    beat.parts = text.at("parts");
    beat.restarts = text.at("restarts");
    beat.started_s = text.at("started_s");
    beat.updated_s = text.at("updated_s");
    beat.progressed_s = text.at("progressed_s");
    beat.interval_s = text.at("interval_s");
    beat.todo = text.at("todo").get<std::vector<std::string>>();
    beat.taken = text.at("taken");
    beat.work_done = text.at("work_done");
    beat.work_total = text.at("work_total");
    return beat;
}

/// How often a run on this folder has started again after one that did not finish.
int restarts_before(const std::string& path) {
    std::ifstream file(path);
    try {
        const heartbeat last = from_json(json::parse(file));
        return last.state == run_state::finished ? 0 : last.restarts + 1;
    } catch (const json::exception&) {
        return 0;
    }
}

void write(const std::string& directory, heartbeat beat) {
    beat.updated_s = std::time(nullptr);
    const std::string bytes = to_json(beat).dump(1, ' ', false, json::error_handler_t::replace) + "\n";
    try {
        write_file_whole(path_of(directory, beat), std::as_bytes(std::span(bytes)));
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
            beats.push_back(from_json(json::parse(file)));
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
