#include "tomosweep/campaign/lock_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "tomosweep/campaign/json_file.hpp"

namespace tomosweep {
namespace {

using nlohmann::json;

constexpr std::string_view name_prefix = ".lock-";

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string slurm_job() {
    const std::string number = from_environment("SLURM_JOB_ID");
    const std::string cluster = from_environment("SLURM_CLUSTER_NAME");
    return number.empty() || cluster.empty() ? number : number + " of " + cluster;
}

std::int64_t slurm_restarts() {
    const std::string text = from_environment("SLURM_RESTART_COUNT");
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

std::optional<lock_record> record_of(const std::string& line) {
    try {
        const json text = parse_record(line);
        const json& process = text.at("process");
        const int role = text.at("role");
        if (role < static_cast<int>(lock_role::run) || role > static_cast<int>(lock_role::merge))
            return std::nullopt;
        return lock_record{static_cast<lock_role>(role),
                           text.at("shard_index"),
                           text.at("shard_count"),
                           text.at("campaign"),
                           {process.at("host"), process.at("number"), process.at("started"), process.at("space")},
                           text.at("slurm_job"),
                           text.at("slurm_restarts"),
                           text.at("since"),
                           text.value("beat_ms", std::int64_t{0})};
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

lock_file parsed(std::string path, std::string text) {
    lock_file lock{std::move(path), std::nullopt, 1, std::move(text)};
    const std::size_t line_end = lock.text.find('\n');
    if (line_end == std::string::npos)
        return lock;
    lock.record = record_of(lock.text.substr(0, line_end));
    const char* end = lock.text.data() + lock.text.size();
    const auto [stop, code] = std::from_chars(lock.text.data() + line_end + 1, end, lock.beats);
    if (code != std::errc{})
        lock.beats = 1;
    return lock;
}

std::optional<std::string> text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file)
        return std::nullopt;
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

lock_record lock_of_this_process(lock_role role, std::string campaign, std::size_t shard_index,
                                 std::size_t shard_count) {
    return {
        role, shard_index, shard_count, std::move(campaign), own_process(), slurm_job(), slurm_restarts(), now_utc(),
        0};
}

bool exclude(const lock_record& a, const lock_record& b) {
    if (a.role == lock_role::merge || b.role == lock_role::merge)
        return a.role == b.role;
    const bool parts_of_one = a.role == lock_role::shard && b.role == lock_role::shard && a.campaign == b.campaign &&
                              a.shard_count == b.shard_count;
    return !parts_of_one || a.shard_index == b.shard_index;
}

std::string sentence(const lock_record& record) {
    const std::string part = record.role == lock_role::merge ? "a merge"
                             : record.role == lock_role::run
                                 ? "a run"
                                 : fmt::format("part {}/{}", record.shard_index + 1, record.shard_count);
    return fmt::format("{}{} by process {} on host {}{}, since {}", part,
                       record.campaign.empty() ? "" : " of campaign " + record.campaign, record.process.number,
                       record.process.host, record.slurm_job.empty() ? "" : ", SLURM job " + record.slurm_job,
                       record.since);
}

std::vector<lock_file> locks_in(const std::string& directory) {
    std::vector<lock_file> locks;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(name_prefix))
            continue;
        if (auto text = text_of(entry.path()))
            locks.push_back(parsed(entry.path().string(), std::move(*text)));
    }
    std::ranges::sort(locks, {}, &lock_file::path);
    return locks;
}

std::string new_lock_path(const std::string& directory, const process_identity& process) {
    std::random_device random;
    const std::string name =
        fmt::format("{}{}-{}-{:08x}{:08x}", name_prefix, process.host, process.number, random(), random());
    return (std::filesystem::path(directory) / name).string();
}

std::string beat_text(std::int64_t beats) {
    return fmt::format("{:0{}}\n", beats, beat_digits);
}

std::string lock_text(const lock_record& record, std::int64_t beats) {
    const json text{{"role", record.role},
                    {"shard_index", record.shard_index},
                    {"shard_count", record.shard_count},
                    {"campaign", record.campaign},
                    {"process",
                     {{"host", record.process.host},
                      {"number", record.process.number},
                      {"started", record.process.started},
                      {"space", record.process.space}}},
                    {"slurm_job", record.slurm_job},
                    {"slurm_restarts", record.slurm_restarts},
                    {"since", record.since},
                    {"beat_ms", record.beat_ms}};
    return text.dump(-1, ' ', false, json::error_handler_t::replace) + "\n" + beat_text(beats);
}

process_life life_of(const lock_file& lock, const lock_record& asking) {
    if (!lock.record)
        return process_life::elsewhere;
    const lock_record& held = *lock.record;
    if (!held.slurm_job.empty() && held.slurm_job == asking.slurm_job && held.slurm_restarts < asking.slurm_restarts)
        return process_life::dead;
    return life_of(held.process);
}

}  // namespace tomosweep
