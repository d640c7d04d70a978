#include "run_log.hpp"

#include <fmt/chrono.h>
#include <sys/resource.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "tomosweep/core/error.hpp"
#include "tomosweep/core/memory.hpp"

namespace tomosweep::app {
namespace {

nlohmann::json event(const char* name) {
    return {{"event", name}, {"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))}};
}

/// Peak memory of this process as the operating system counts it.
std::int64_t peak_resident_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;
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
                 {"peak_volume_bytes_rank_0", memory_in_use().peak},
                 {"peak_resident_bytes_rank_0", peak_resident_bytes()}});
    file_ << line.dump() << std::endl;
}

}  // namespace tomosweep::app
