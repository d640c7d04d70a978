#include <fmt/format.h>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/campaign/run_record.hpp"
#include "tomosweep/campaign/shard_store.hpp"

namespace tomosweep::app {
namespace {

const char* word_for(shard_state state) {
    switch (state) {
        case shard_state::complete: return "complete";
        case shard_state::failed: return "failed";
        case shard_state::outdated: return "outdated";
        case shard_state::unreadable: return "unreadable";
        case shard_state::missing: break;
    }
    return "missing";
}

}  // namespace

int status(const arguments& given) {
    command_syntax syntax{
        "tomosweep status DIR",
        "Says of every scan whether it is complete, failed (and why) or missing, and what is left to do.",
        {"DIR"}};
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const shard_store store(required(*values, syntax, "DIR"));
    const run_record record = read_record(store.directory());
    std::int64_t work_done = 0, work_total = 0;
    double seconds = 0;
    std::size_t complete = 0;
    for (const run_record::scan& scan : record.scans) {
        const shard_status shard = store.status(scan.id, {});
        work_total += scan.work;
        if (shard.state == shard_state::complete) {
            ++complete;
            work_done += scan.work;
            seconds += shard.seconds;
        }
        fmt::print("{:<24} {}{}\n", scan.id, word_for(shard.state), shard.failure.empty() ? "" : ": " + shard.failure);
    }
    fmt::print("{} of {} scans complete", complete, record.scans.size());
    if (work_done > 0 && work_done < work_total)
        fmt::print("; about {:.0f} s of one group's work left at the rate so far",
                   seconds * static_cast<double>(work_total - work_done) / static_cast<double>(work_done));
    fmt::print("\n");
    return complete == record.scans.size() ? all_done : some_failed;
}

}  // namespace tomosweep::app
