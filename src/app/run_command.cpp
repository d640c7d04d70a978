#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>

#include "command_line.hpp"
#include "commands.hpp"
#include "fields_option.hpp"
#include "progress_line.hpp"
#include "result_table.hpp"
#include "run_log.hpp"
#include "stop_signal.hpp"
#include "tomosweep/campaign/run.hpp"
#include "tomosweep/campaign/run_record.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/counted.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/node_memory.hpp"
#include "tomosweep/kernels/threads.hpp"
#include "with_ranks.hpp"

namespace tomosweep::app {
namespace {

command_syntax syntax_of_run() {
    command_syntax syntax{
        "tomosweep run JOB.yaml [SWEEP.yaml] [-o DIR] [options]",
        "Analyses every scan of a campaign and archives it in DIR/campaign.h5. Scans that are already "
        "complete in DIR are skipped.",
        {"JOB", "SWEEP"}};
    const auto text = [] { return options::value<std::string>(); };
    syntax.named.add_options()("output,o", text(), "output folder (default: results/CAMPAIGN)")(
        "fresh", "start over instead of going on with what DIR holds")(
        "scans", text(), "only scans whose id matches this pattern (*, ?)")(
        "shard", text(), "I/N: take part I of N of the scans, counted from 1 (job arrays)")(
        "ranks-per-scan", options::value<int>(), "ranks that share one scan (default: by memory)")(
        "checkpoint", options::value<double>(),
        "seconds after which the finished thresholds of an unfinished scan are kept (default: 1800)")(
        "threads", options::value<int>(),
        "threads per rank (default: OMP_NUM_THREADS, or the node's cores shared out)")(
        "fields", text(), "volumes to keep: any of mask,labels,thickness")(
        "dry-run", "say what would be done, and stop")("quiet", "no progress and no table")(
        "log", text(), "append events as JSON lines to this file")(
        "heartbeat", options::value<int>()->default_value(30),
        "seconds between signs of life for `tomosweep status`; the lock gives one at least every 30 s");
    return syntax;
}

void read_shard(const std::string& text, run_options& run) {
    if (text.empty())
        return;
    std::size_t index = 0, count = 0;
    char slash = 0, more = 0;
    std::istringstream stream(text);
    if (!(stream >> index >> slash >> count) || stream >> more || slash != '/' || index < 1 || index > count)
        throw input_error("command line", "--shard", "'" + text + "'", "I/N with 1 <= I <= N");
    run.shard_index = index - 1;
    run.shard_count = count;
}

int positive(const options::variables_map& values, const char* name) {
    const int value = values[name].as<int>();
    if (value < 1)
        throw input_error("command line", std::string("--") + name, std::to_string(value), "a number from 1");
    return value;
}

double seconds_of(const options::variables_map& values) {
    const double seconds = values["checkpoint"].as<double>();
    if (!(seconds >= 0))
        throw input_error("command line", "--checkpoint", fmt::format("{}", seconds), "seconds, from 0");
    return seconds;
}

/// What each rank may take: the tightest bound of any node, shared by the node's ranks. Collective.
memory_bound memory_of_a_rank(const communicator& world, int ranks_on_node) {
    memory_bound bound = node_memory();
    bound.bytes /= ranks_on_node;
    bound = tighter(bound, process_memory());
    // Rank by rank, so that the message names the bound that counts.
    const double known = bound.bytes > 0 ? bound.bytes : std::numeric_limits<double>::max();
    const double least = world.min(known);
    const auto rank = static_cast<int>(world.min(std::int64_t{known <= least ? world.rank() : world.size()}));
    world.broadcast(bound.source, rank);
    bound.bytes = least < std::numeric_limits<double>::max() ? least : 0;
    return bound;
}

int cores_of_node() {
    return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

/// Threads by option, by environment, or the node's cores shared out among its ranks.
int choose_threads(const options::variables_map& values, int ranks_on_node) {
    if (values.count("threads") != 0)
        return positive(values, "threads");
    if (std::getenv("OMP_NUM_THREADS") != nullptr)
        return threads_in_use();
    return std::max(1, std::min(cores_of_node() / ranks_on_node, cores_available()));
}

std::string command_text(const arguments& given) {
    std::string text = "tomosweep run";
    for (const std::string& word : given)
        text += " " + word;
    return text;
}

void describe(const campaign_layout& layout, std::size_t todo, std::size_t complete, int ranks, int threads) {
    fmt::print(stderr, "{} to do, {} complete; {} x {}, {} per scan, {} at once\n",
               counted(static_cast<std::int64_t>(todo), "scan"), complete, counted(ranks, "rank"),
               counted(threads, "thread"), layout.ranks_per_scan, layout.groups);
}

void require_folder(const std::string& output) {
    std::error_code unknown;
    if (std::filesystem::exists(output, unknown) && !std::filesystem::is_directory(output, unknown))
        throw input_error("command line", "-o", "'" + output + "', which is a file",
                          "a folder, or a name for a new one");
}

/// The folder of the file at `path` if that is to stand in the output folder, which a first run has yet to make.
void make_folder_within(const std::string& output, const std::string& path) {
    namespace fs = std::filesystem;
    if (path.empty())
        return;
    const fs::path folder = fs::absolute(path).lexically_normal().parent_path();
    const fs::path below = folder.lexically_relative(fs::absolute(output).lexically_normal());
    std::error_code told_by_the_log;
    if (!below.empty() && *below.begin() != "..")
        fs::create_directories(folder, told_by_the_log);
}

/// Bytes per voxel say nothing where the program itself takes most of the memory, as with small blocks.
std::string memory_text(const peak_memory& peak) {
    constexpr double least_bytes_of_volumes = 1e8;
    std::string text = fmt::format("{:.2f} GB", static_cast<double>(peak.resident_bytes) * 1e-9);
    if (static_cast<double>(peak.volume_bytes) >= least_bytes_of_volumes)
        text += fmt::format(", {:.2f} bytes per voxel of its block", peak.resident_bytes_per_voxel);
    return text;
}

/// Before hours of scans are spent: pairs fail one by one at the end.
void warn_of_pairs(const campaign_layout& layout, double bytes_per_rank) {
    constexpr double gib = 1073741824.0;
    if (!layout.pairs.fits)
        fmt::print(stderr,
                   "warning: pairs of scans need {:.2f} GiB per rank, there are {:.2f}: they will fail; more ranks per "
                   "scan (--ranks-per-scan) would hold them\n",
                   layout.pairs.bytes_per_rank / gib, bytes_per_rank / gib);
}

/// A run on all ranks, from the command line to the exit code.
class run_command {
public:
    run_command(const communicator& world, const options::variables_map& values, const arguments& given)
        : world_(world), values_(values), quiet_(values.count("quiet") != 0) {
        const int on_node = world.ranks_on_node();
        options_.threads_per_rank = choose_threads(values, on_node);
        options_.ranks_per_node = on_node;
        options_.memory = memory_of_a_rank(world, on_node);
        options_.fresh = values.count("fresh") != 0;
        options_.scans_glob = text_of(values, "scans");
        options_.command = command_text(given);
        options_.heartbeat_s = positive(values, "heartbeat");
        if (values.count("ranks-per-scan") != 0)
            options_.ranks_per_scan = positive(values, "ranks-per-scan");
        if (values.count("checkpoint") != 0)
            options_.checkpoint_s = seconds_of(values);
        read_shard(text_of(values, "shard"), options_);
        use_threads(options_.threads_per_rank);
    }

    int run() {
        campaign_plan plan = load();
        const std::string otherwise = (std::filesystem::path("results") / plan.job.campaign).string();
        options_.directory = text_of(values_, "output", otherwise);
        if (values_.count("dry-run") != 0)
            return dry_run(plan);
        warn_of_threads();
        const auto log_file = agreed(world_, [&] {
            if (world_.root())
                require_folder(options_.directory);
            const std::string path = world_.root() ? text_of(values_, "log") : std::string();
            make_folder_within(options_.directory, path);
            return std::make_unique<run_log>(path);
        });
        run_log& log = *log_file;
        const run_record record = record_of(plan, options_.command);
        const run_summary summary =
            run_campaign(world_, std::move(plan), options_, watcher(log, record), stop_requested);
        line_.finish();
        log.finished(summary);
        return report(summary);
    }

private:
    campaign_plan load() {
        const std::string sweep_path = text_of(values_, "SWEEP");
        const auto [job, sweep] = agreed(world_, [&] {
            return std::pair(load_job(text_of(values_, "JOB")),
                             sweep_path.empty() ? sweep_spec{} : load_sweep(sweep_path));
        });
        campaign_plan plan = make_plan(world_, job, sweep, fields_of(text_of(values_, "fields")));
        if (!options_.scans_glob.empty() && selected_scans(plan.job, options_).empty() && options_.shard_count == 1)
            throw input_error("command line", "--scans", "'" + options_.scans_glob + "', which no scan matches",
                              "a pattern of scan ids, such as 'ref-*'");
        return plan;
    }

    int dry_run(const campaign_plan& plan) const {
        if (!world_.root())
            return all_done;
        for (const std::size_t scan : selected_scans(plan.job, options_)) {
            const planned_scan& planned = plan.scans[scan];
            const extent3& volume = planned.frame.volume;
            fmt::print("{:<20} {}\n", plan.job.scans[scan].id,
                       planned.failure.empty() ? fmt::format("{} x {} x {} voxels, {} thresholds", volume.z, volume.y,
                                                             volume.x, threshold_count(plan))
                                               : planned.failure);
        }
        return all_done;
    }

    void warn_of_threads() const {
        const int cores = cores_available();
        if (!world_.root() || cores >= options_.threads_per_rank)
            return;
        const bool bound = cores < cores_of_node();
        fmt::print(stderr, "warning: rank 0 may use {} of the node's {} cores for {} threads{}\n", cores,
                   cores_of_node(), options_.threads_per_rank,
                   bound ? "; mpirun binds ranks to cores unless told --bind-to none or --map-by slot:PE=N" : "");
    }

    /// Says so when the folder's archive is about to be replaced by that of another campaign.
    void warn_of_other_campaign(const run_record& record) const {
        if (!std::filesystem::exists(std::filesystem::path(options_.directory) / "run.json"))
            return;
        const std::string held = read_record(options_.directory).campaign;
        if (held != record.campaign)
            fmt::print(stderr,
                       "warning: {} held campaign {}; its campaign.h5 will be replaced by that of {} and name only the "
                       "scans of this job\n",
                       options_.directory, held, record.campaign);
    }

    run_watcher watcher(run_log& log, const run_record& record) {
        run_watcher watcher;
        watcher.started = [&](const campaign_layout& layout, std::size_t todo, std::size_t complete) {
            warn_of_other_campaign(record);
            warn_of_pairs(layout, options_.memory.bytes);
            log.started(layout, todo, complete);
            if (!quiet_)
                describe(layout, todo, complete, world_.size(), options_.threads_per_rank);
        };
        watcher.progress = [&](const run_progress& progress) {
            log.progress(progress);
            if (!quiet_)
                line_.show(progress);
        };
        watcher.scan_done = [&](const scan_effort& effort) { log.scan_done(effort); };
        watcher.notice = [](const std::string& text) { fmt::print(stderr, "tomosweep: {}\n", text); };
        return watcher;
    }

    int report(const run_summary& summary) const {
        if (world_.root())
            print(summary);
        if (summary.interrupted)
            return interrupted;
        return summary.failures.empty() ? all_done : some_failed;
    }

    void print(const run_summary& summary) const {
        for (const std::string& failure : summary.failures)
            fmt::print(stderr, "failed: {}\n", failure);
        for (const std::string& scan : summary.outdated)
            fmt::print(stderr, "left out of the archive: {}, whose results are of another job or sweep\n", scan);
        for (const std::string& warning : clipping_warnings(summary.archive))
            fmt::print(stderr, "warning: {}\n", warning);
        if (summary.interrupted)
            fmt::print(stderr, "interrupted; {} complete, the same command goes on\n",
                       counted(static_cast<std::int64_t>(summary.complete), "scan"));
        if (!quiet_ && summary.memory.resident_bytes_per_voxel > 0)
            fmt::print(stderr, "peak memory of a rank: {}\n", memory_text(summary.memory));
        if (!summary.merged || quiet_)
            return;
        fmt::print("{}archive: {}\n", result_table(summary.archive),
                   (std::filesystem::path(options_.directory) / "campaign.h5").string());
    }

    const communicator& world_;
    const options::variables_map& values_;
    bool quiet_;
    run_options options_;
    progress_line line_;
};

}  // namespace

int run(const arguments& given) {
    command_syntax syntax = syntax_of_run();
    const auto values = parse(syntax, given);
    if (!values)
        return all_done;
    required(*values, syntax, "JOB");
    return with_ranks([&](const communicator& world) {
        watch_stop_signals();
        return run_command(world, *values, given).run();
    });
}

}  // namespace tomosweep::app
