#include "tomosweep/campaign/campaign_status.hpp"

#include <algorithm>

#include "tomosweep/campaign/run_record.hpp"
#include "tomosweep/campaign/shard_store.hpp"
#include "tomosweep/core/unknown.hpp"

namespace tomosweep {
namespace {

scan_state state_on_disk(shard_state state) {
    switch (state) {
        case shard_state::complete: return scan_state::complete;
        case shard_state::failed: return scan_state::failed;
        case shard_state::outdated: return scan_state::outdated;
        case shard_state::unreadable: return scan_state::unreadable;
        case shard_state::missing: break;
    }
    return scan_state::missing;
}

/// What living runs are about to do with a scan that is not yet done.
scan_state state_in_runs(const std::string& id, const std::vector<heartbeat>& runs, std::int64_t now_s,
                         scan_state otherwise) {
    for (const heartbeat& run : runs) {
        if (!is_alive(run, now_s))
            continue;
        const auto place = std::ranges::find(run.todo, id);
        if (place != run.todo.end())
            return static_cast<std::size_t>(place - run.todo.begin()) < run.taken ? scan_state::running
                                                                                  : scan_state::waiting;
    }
    return otherwise;
}

}  // namespace

const char* name_of(scan_state state) {
    constexpr const char* names[] = {"complete", "running", "failed", "waiting", "missing", "outdated", "unreadable"};
    return names[static_cast<std::size_t>(state)];
}

const char* name_of(run_state state) {
    constexpr const char* names[] = {"running", "finished", "interrupted", "failed"};
    return names[static_cast<std::size_t>(state)];
}

campaign_status read_status(const std::string& directory, std::int64_t now_s) {
    const run_record record = read_record(directory);
    const shard_store store(directory);
    // The runs first: a scan that they finish meanwhile is then seen as complete, never as lost.
    campaign_status status{record.campaign, {}, read_heartbeats(directory), now_s};
    for (const run_record::scan& scan : record.scans) {
        shard_status shard = store.status(scan.id, scan.key);
        scan_state state = state_on_disk(shard.state);
        if (state != scan_state::complete && state != scan_state::failed)
            state = state_in_runs(scan.id, status.runs, now_s, state);
        status.scans.push_back({scan.id, state, std::move(shard.failure), scan.work, shard.seconds,
                                shard.seconds * static_cast<double>(shard.cores)});
    }
    return status;
}

std::size_t campaign_status::count(scan_state state) const {
    return static_cast<std::size_t>(std::ranges::count(scans, state, &scan_progress::state));
}

std::int64_t campaign_status::work_total() const {
    std::int64_t work = 0;
    for (const scan_progress& scan : scans)
        work += scan.work;
    return work;
}

std::int64_t campaign_status::work_left() const {
    std::int64_t work = 0;
    for (const scan_progress& scan : scans)
        work += scan.state == scan_state::complete ? 0 : scan.work;
    return work;
}

double campaign_status::core_seconds_left() const {
    double spent = 0;
    for (const scan_progress& scan : scans)
        spent += scan.state == scan_state::complete ? scan.core_seconds : 0;
    const std::int64_t done = work_total() - work_left();
    return done > 0 ? spent * static_cast<double>(work_left()) / static_cast<double>(done) : unknown;
}

double campaign_status::seconds_left() const {
    double longest = unknown;
    for (const heartbeat& run : runs) {
        if (!is_alive(run, now_s) || run.work_done <= 0)
            continue;
        const auto elapsed = static_cast<double>(std::max<std::int64_t>(1, now_s - run.started_s));
        const double left =
            elapsed * static_cast<double>(run.work_total - run.work_done) / static_cast<double>(run.work_done);
        longest = longest > left ? longest : left;
    }
    return longest;
}

std::int64_t campaign_status::restarts() const {
    std::int64_t restarts = 0;
    for (const heartbeat& run : runs)
        restarts += run.restarts;
    return restarts;
}

std::int64_t campaign_status::last_sign_s() const {
    std::int64_t last = 0;
    for (const heartbeat& run : runs)
        last = std::max(last, run.updated_s);
    return last;
}

}  // namespace tomosweep
