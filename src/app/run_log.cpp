#include "run_log.hpp"

#include <fmt/chrono.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "tomosweep/core/error.hpp"

namespace tomosweep::app {
namespace {

nlohmann::json event(const char* name) {
    return {{"event", name}, {"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))}};
}

}  // namespace

run_log::run_log(const std::string& path) {
    if (path.empty())
        return;
    file_.open(path, std::ios::app);
    if (!file_)
        throw resource_error("rights or space", "the log " + path + " cannot be written");
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

void run_log::finished(const run_summary& summary) {
    if (!file_.is_open())
        return;
    nlohmann::json line = event("finished");
    line.update({{"scans_complete", summary.complete},
                 {"failures", summary.failures},
                 {"interrupted", summary.interrupted},
                 {"peak_volume_bytes_per_rank", summary.memory.volume_bytes},
                 {"peak_resident_bytes_per_rank", summary.memory.resident_bytes},
                 {"peak_resident_bytes_per_voxel", summary.memory.resident_bytes_per_voxel}});
    file_ << line.dump() << std::endl;
}

}  // namespace tomosweep::app
