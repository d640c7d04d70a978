#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/campaign/campaign_status.hpp"
#include "tomosweep/campaign/json_file.hpp"
#include "tomosweep/core/counted.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep::app {
namespace {

constexpr scan_state counted_states[] = {scan_state::complete,  scan_state::running, scan_state::failed,
                                         scan_state::waiting,   scan_state::missing, scan_state::outdated,
                                         scan_state::unreadable};

nlohmann::json number_or_null(double value) {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

/// Null outside SLURM, and when the heartbeat was spoilt.
nlohmann::json slurm_of(const heartbeat& run) {
    try {
        return parse_record(run.slurm);
    } catch (const nlohmann::json::exception&) {
        return nullptr;
    }
}

nlohmann::json json_of(const campaign_status& status) {
    nlohmann::json scans = nlohmann::json::array(), runs = nlohmann::json::array(), counts;
    for (const scan_progress& scan : status.scans)
        scans.push_back({{"id", scan.id},
                         {"state", name_of(scan.state)},
                         {"failure", scan.failure},
                         {"voxels_times_thresholds", scan.work},
                         {"seconds", scan.seconds},
                         {"core_seconds", scan.core_seconds}});
    for (const heartbeat& run : status.runs)
        runs.push_back({{"state", name_of(run.state)},
                        {"alive", is_alive(run, status.now_s)},
                        {"part", run.part + 1},
                        {"parts", run.parts},
                        {"host", run.host},
                        {"process", run.process},
                        {"slurm", slurm_of(run)},
                        {"ranks", run.ranks},
                        {"threads_per_rank", run.threads_per_rank},
                        {"restarts", run.restarts},
                        {"started", utc_text(run.started_s)},
                        {"last_sign_of_life", utc_text(run.updated_s)},
                        {"last_progress", utc_text(run.progressed_s)},
                        {"voxels_times_thresholds_done", run.work_done},
                        {"voxels_times_thresholds_total", run.work_total}});
    for (const scan_state state : counted_states)
        counts[name_of(state)] = status.count(state);
    return {
        {"campaign", status.campaign},
        {"time", utc_text(status.now_s)},
        {"counts", counts},
        {"scans", scans},
        {"runs", runs},
        {"restarts", status.restarts()},
        {"last_sign_of_life", status.runs.empty() ? nlohmann::json() : nlohmann::json(utc_text(status.last_sign_s()))},
        {"remaining",
         {{"voxels_times_thresholds", status.work_left()},
          {"core_seconds", number_or_null(status.core_seconds_left())},
          {"seconds", number_or_null(status.seconds_left())}}}};
}

std::string duration_text(double seconds) {
    if (seconds < 120)
        return fmt::format("{:.0f} s", seconds);
    return seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

void print_run(const heartbeat& run, std::int64_t now_s) {
    const std::string part = run.parts == 1 ? std::string("run") : fmt::format("part {}/{}", run.part + 1, run.parts);
    const bool silent = run.state == run_state::running && !is_alive(run, now_s);
    fmt::print("{} on {} (process {}, {} x {}): {}; last sign of life {} ago, last progress {} ago", part, run.host,
               run.process, counted(run.ranks, "rank"), counted(run.threads_per_rank, "thread"),
               silent ? "no sign of life" : name_of(run.state),
               duration_text(static_cast<double>(now_s - run.updated_s)),
               duration_text(static_cast<double>(now_s - run.progressed_s)));
    fmt::print("{}\n", run.restarts == 0 ? "" : "; " + counted(run.restarts, "restart"));
}

void print(const campaign_status& status) {
    for (const scan_progress& scan : status.scans)
        fmt::print("{:<24} {:<10} {}{}\n", scan.id, name_of(scan.state),
                   scan.state == scan_state::complete ? duration_text(scan.seconds) : "", scan.failure);
    for (const heartbeat& run : status.runs)
        print_run(run, status.now_s);
    fmt::print("{} of {} scans complete", status.count(scan_state::complete), status.scans.size());
    for (const scan_state state : counted_states)
        if (state != scan_state::complete && status.count(state) > 0)
            fmt::print(", {} {}", status.count(state), name_of(state));
    if (const double left = status.core_seconds_left(); status.work_left() > 0 && std::isfinite(left))
        fmt::print("; about {:.2g} core hours left", left / 3600);
    if (const double left = status.seconds_left(); std::isfinite(left))
        fmt::print(", {} at the rate so far", duration_text(left));
    fmt::print("\n");
}

}  // namespace

int status(const arguments& given) {
    command_syntax syntax{"tomosweep status DIR [--json]",
                          "Says of every scan whether it is complete, running, failed (and why), waiting or missing, "
                          "what is left to do, and when the run last gave a sign of life. Touches nothing: it may be "
                          "asked at any time, from any machine that sees the folder.",
                          {"DIR"}};
    syntax.named.add_options()("json", "one JSON object for scripts");
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const campaign_status found = read_status(required(*values, syntax, "DIR"), std::time(nullptr));
    if (values->count("json") != 0)
        fmt::print("{}\n", json_of(found).dump(1, ' ', false, nlohmann::json::error_handler_t::replace));
    else
        print(found);
    return found.count(scan_state::complete) == found.scans.size() ? all_done : some_failed;
}

}  // namespace tomosweep::app
