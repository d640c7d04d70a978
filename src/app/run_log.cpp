#include "run_log.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep::app {
namespace {

nlohmann::json event(const char* name) {
    return {{"event", name}, {"time", now_utc()}};
}

template <class T>
nlohmann::json json_of(const spread<T>& values) {
    return {{"min", values.min}, {"mean", values.mean}, {"max", values.max}};
}

/// The share of the slowest rank's time in which an average rank worked instead of waiting for others.
double efficiency_of(const step_summary& step) {
    return step.seconds.max > 0 ? (step.seconds.mean - step.waiting_seconds.mean) / step.seconds.max : 1;
}

nlohmann::json json_of(const step_summary& step) {
    return {{"step", name_of(step.what)},
            {"calls", step.calls},
            {"seconds", json_of(step.seconds)},
            {"waiting_seconds", json_of(step.waiting_seconds)},
            {"voxels", json_of(step.voxels)},
            {"bytes_read", json_of(step.bytes_read)},
            {"bytes_sent", json_of(step.bytes_sent)},
            {"bytes_received", json_of(step.bytes_received)},
            {"bytes_written", json_of(step.bytes_written)},
            {"peak_bytes", json_of(step.peak_bytes)},
            {"efficiency", efficiency_of(step)},
            {"slowest_rank", step.slowest_rank}};
}

/// One step over all scans of a run.
struct step_total {
    double seconds = 0, working = 0;           ///< of the slowest ranks; of the average ones, without waiting
    std::map<int, double> seconds_by_slowest;  ///< of each rank that was the slowest
};

/// Where the time of a run went, and how evenly it was spread, step by step.
nlohmann::json efficiency_of_run(const std::vector<scan_effort>& efforts) {
    std::map<scan_step, step_total> totals;
    for (const scan_effort& effort : efforts)
        for (const step_summary& step : effort.ledger.steps) {
            step_total& total = totals[step.what];
            total.seconds += step.seconds.max;
            total.working += step.seconds.mean - step.waiting_seconds.mean;
            total.seconds_by_slowest[step.slowest_rank] += step.seconds.max;
        }
    nlohmann::json steps = nlohmann::json::array();
    for (const auto& [what, total] : totals) {
        const auto slowest =
            std::ranges::max_element(total.seconds_by_slowest, {}, [](const auto& of) { return of.second; });
        steps.push_back({{"step", name_of(what)},
                         {"seconds", total.seconds},
                         {"efficiency", total.seconds > 0 ? total.working / total.seconds : 1},
                         {"slowest_rank", slowest->first}});
    }
    return steps;
}

}  // namespace

run_log::run_log(const std::string& path) {
    if (path.empty())
        return;
    file_.open(path, std::ios::app);
    if (!file_)
        throw resource_error("rights or space",
                             "the log " + path + " cannot be written: " + std::generic_category().message(errno));
}

void run_log::started(const campaign_layout& layout, std::size_t todo, std::size_t complete) {
    if (!file_.is_open())
        return;
    nlohmann::json line = event("started");
    line.update({{"groups", layout.groups},
                 {"ranks_per_scan", layout.ranks_per_scan},
                 {"scans_to_do", todo},
                 {"scans_complete", complete},
                 {"predicted_seconds", layout.seconds},
                 {"predicted_bytes_per_rank", layout.bytes_per_rank}});
    file_ << line.dump() << std::endl;
}

void run_log::progress(const run_progress& progress) {
    if (!file_.is_open() || progress.scans_done == scans_logged_)
        return;
    scans_logged_ = progress.scans_done;
    nlohmann::json line = event("scans_done");
    line.update({{"scans_done", progress.scans_done},
                 {"scans_total", progress.scans_total},
                 {"voxels_times_thresholds_done", progress.work_done},
                 {"voxels_times_thresholds_total", progress.work_total}});
    file_ << line.dump() << std::endl;
}

void run_log::scan_done(const scan_effort& effort) {
    if (!file_.is_open())
        return;
    nlohmann::json line = event("scan"), steps = nlohmann::json::array();
    for (const step_summary& step : effort.ledger.steps)
        steps.push_back(json_of(step));
    line.update({{"scan", effort.id},
                 {"voxels", effort.voxels},
                 {"thresholds", effort.thresholds},
                 {"ranks", effort.ledger.ranks},
                 {"seconds", effort.ledger.seconds},
                 {"steps", steps}});
    file_ << line.dump() << std::endl;
}

void run_log::finished(const run_summary& summary) {
    if (!file_.is_open())
        return;
    nlohmann::json line = event("finished");
    line.update({{"scans_complete", summary.complete},
                 {"failures", summary.failures},
                 {"interrupted", summary.interrupted},
                 {"peak_volume_bytes_per_rank", summary.memory.volume_bytes},
                 {"peak_resident_bytes_per_rank", summary.memory.resident_bytes},
                 {"peak_resident_bytes_per_voxel", summary.memory.resident_bytes_per_voxel},
                 {"steps", efficiency_of_run(summary.efforts)}});
    file_ << line.dump() << std::endl;
}

}  // namespace tomosweep::app
