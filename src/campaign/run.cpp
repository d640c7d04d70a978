#include "tomosweep/campaign/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <thread>

#include "tomosweep/campaign/change_list.hpp"
#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/effort.hpp"
#include "tomosweep/campaign/failure_record.hpp"
#include "tomosweep/campaign/folder_lock.hpp"
#include "tomosweep/campaign/heartbeat.hpp"
#include "tomosweep/campaign/moved_input.hpp"
#include "tomosweep/campaign/planned_loads.hpp"
#include "tomosweep/campaign/pooled_rules.hpp"
#include "tomosweep/campaign/provenance.hpp"
#include "tomosweep/campaign/run_record.hpp"
#include "tomosweep/campaign/scan_list.hpp"
#include "tomosweep/campaign/scan_queue.hpp"
#include "tomosweep/campaign/scan_task.hpp"
#include "tomosweep/campaign/shard_store.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/mailbox.hpp"
#include "tomosweep/comm/shared_counter.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/memory.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep {
namespace {

class campaign_run {
public:
    campaign_run(const communicator& world, campaign_plan plan, const run_options& options, const run_watcher& watcher,
                 const std::function<bool()>& stop_requested)
        : world_(world),
          plan_(std::move(plan)),
          options_(options),
          watcher_(watcher),
          stop_requested_(stop_requested),
          store_(options.directory),
          work_done_(world),
          scans_done_(world),
          groups_done_(world),
          efforts_sent_(world) {}

    run_summary run() {
        try {
            return run_all();
        } catch (const error& failure) {
            keep(failure);
            throw;
        } catch (const std::exception& failure) {
            keep(error(error_kind::internal, failure.what()));
            throw;
        }
    }

private:
    run_summary run_all() {
        hosts_ = hosts_of(world_);
        prepare();
        locked_ = true;
        const campaign_layout layout = agreed(world_, [&] { return layout_of(plan_, options_, world_.size()); });
        // What a scan needs is known only when its distances are: one that needs more than planned fails alone.
        const memory_limit limit(static_cast<std::int64_t>(options_.memory.bytes));
        pooled_ = pooled_histograms(world_, layout, plan_, options_.directory);
        work_ = list_scans(world_, plan_, options_, store_, pooled_, layout.order);
        agreed(world_, [&] {
            if (!world_.root())
                return;
            if (watcher_.started)
                watcher_.started(layout, work_.todo.size(), work_.complete);
            show_signs_of_life(layout);
            if (const auto moved = std::ranges::count(work_.moved, 1); moved > 0 && watcher_.notice)
                watcher_.notice(
                    fmt::format("{} scans lie elsewhere now or were touched: they are read, and analysed again "
                                "where their voxels are not the same",
                                moved));
        });
        const scan_group group = make_group(world_, layout);
        work_through(group, layout, work_.todo.size(),
                     [&](const communicator& ranks, std::size_t place) { analyse(ranks, work_.todo[place]); });
        if (!interrupted_)
            follow_changes(group, layout);
        run_summary summary = summarise();
        if (heart_)
            heart_->end(summary.interrupted ? run_state::interrupted : run_state::finished);
        return summary;
    }

    /// Leaves a record for a bug report where the failure happened; not in a folder that another run holds.
    void keep(const error& failure) {
        if (!locked_ || kept_failure_ || !raised_here(failure) || failure.kind() == error_kind::interrupted)
            return;
        kept_failure_ = true;
        failure_record record = record_of_failure();
        record.kind = failure.kind();
        record.message = failure.what();
        keep_failure(record, options_.directory);
    }

    failure_record record_of_failure() const {
        failure_record record;
        record.scan = current_scan_;
        record.thresholds_done = thresholds_done_;
        record.thresholds = threshold_count(plan_);
        record.rank = world_.rank();
        record.provenance = provenance_of(plan_, {options_.command, hosts_, options_.threads_per_rank});
        return record;
    }

    void prepare() {
        agreed(world_, [&] {
            if (!world_.root())
                return;
            store_.prepare();
            lock_folder();
            if (options_.fresh)
                for (const std::size_t scan : selected_scans(plan_.job, options_))
                    store_.remove(plan_.job.scans[scan].id);
        });
    }

    void lock_folder() {
        const bool part = options_.shard_count > 1;
        lock_.emplace(options_.directory,
                      lock_of_this_process(part ? lock_role::shard : lock_role::run, plan_.job.campaign,
                                           options_.shard_index, options_.shard_count),
                      lock_waiting{stop_requested_, watcher_.notice}, timing_with(options_.heartbeat_s));
    }

    bool must_stop() const {
        const bool lost = lock_ && lock_->lost();
        if (lost && watcher_.notice)
            watcher_.notice(options_.directory + " was taken over by another run, which stops this one");
        return lost || stop_requested_();
    }

    /// For `tomosweep status`: what the run set out to do, and from now on that it lives. Rank 0 only.
    void show_signs_of_life(const campaign_layout& layout) {
        write_record(record_of(plan_, options_.command, work_.contents), options_.directory);
        heartbeat first;
        first.host = host_name();
        first.process = getpid();
        first.slurm = slurm_ids();
        first.ranks = world_.size();
        first.threads_per_rank = options_.threads_per_rank;
        first.groups = layout.groups;
        first.part = options_.shard_index;
        first.parts = options_.shard_count;
        first.interval_s = options_.heartbeat_s;
        first.work_total = total_work();
        for (const std::size_t scan : work_.todo)
            first.todo.push_back(plan_.job.scans[scan].id);
        heart_.emplace(options_.directory, std::move(first));
    }

    std::int64_t total_work() const {
        return std::accumulate(work_.todo.begin(), work_.todo.end(), std::int64_t{0},
                               [&](std::int64_t sum, std::size_t scan) { return sum + work_of(plan_, scan); });
    }

    /// Pairs of scans, once the scans have results.
    void follow_changes(const scan_group& group, const campaign_layout& layout) {
        changes_ = list_changes(world_, plan_, options_, store_, work_.contents);
        if (changes_.todo.empty())
            return;
        if (world_.root() && watcher_.notice)
            watcher_.notice(fmt::format("{} pairs of scans to compare", changes_.todo.size()));
        work_through(group, layout, changes_.todo.size(), [&](const communicator& ranks, std::size_t place) {
            interrupted_ = !compare_pair(ranks, plan_, options_, store_, changes_, changes_.todo[place],
                                         [&] { safe_point(ranks, 0); });
        });
    }

    using group_work = std::function<void(const communicator& ranks, std::size_t place)>;

    /// Groups take places of a list of `count` until there are no more.
    void work_through(const scan_group& group, const campaign_layout& layout, std::size_t count,
                      const group_work& work) {
        scan_queue queue(world_);
        queue_ = &queue;
        groups_awaited_ += layout.groups;
        std::exception_ptr fatal;
        try {
            while (!group.idle && !interrupted_) {
                const std::size_t place = queue.take(group.ranks);
                if (place >= count)
                    break;
                work(group.ranks, place);
            }
        } catch (const error& failure) {
            // Any other failure may have left the group's other ranks waiting: it must end the program.
            keep(failure);
            if (!is_agreed_kind(failure.kind()) || struck_alone(group.ranks))
                throw;
            fatal = std::current_exception();
        }
        if (!group.idle && group.ranks.root())
            groups_done_.add(1);
        if (world_.root())
            await_groups();
        queue_ = nullptr;
        interrupted_ = world_.max(std::int64_t{interrupted_ ? 1 : 0}) != 0;
        agree(world_, fatal);
    }

    void analyse(const communicator& group, std::size_t scan) {
        largest_block_ = std::max(largest_block_, domain(group, plan_.scans[scan].frame.volume).own().voxels());
        scan_task task{scan,
                       store_.shard_path(plan_.job.scans[scan].id),
                       provenance_of(plan_, {options_.command, hosts_of(group), options_.threads_per_rank}),
                       pooled_[scan],
                       {}};
        task.provenance.push_back({content_attribute, work_.contents[scan]});
        task.provenance.push_back({content_key_attribute, content_key(work_.contents[scan])});
        task.kept = {store_.checkpoint_path(plan_.job.scans[scan].id), content_key(work_.contents[scan]),
                     std::chrono::duration<double>(options_.checkpoint_s)};
        task.begun = [this](scan_step step) {
            step_ = step;
            report();
        };
        task.failed = [&](const error& failure) {
            keep(failure);
            kept_failure_ = false;
        };
        current_scan_ = plan_.job.scans[scan].id;
        thresholds_done_ = 0;
        if (work_.moved[scan] != 0 && keep_moved(group, scan, task.provenance))
            return end_scan(group, work_of(plan_, scan));
        std::int64_t counted = 0;
        try {
            ledger_summary effort = run_scan(group, plan_, task, [&] {
                const std::int64_t voxels = voxel_count(plan_.scans[scan].frame.volume);
                counted += voxels;
                ++thresholds_done_;
                safe_point(group, voxels);
            });
            if (group.root())
                efforts_sent_.post(packed({scan, std::move(effort)}));
        } catch (const error& failure) {
            if (failure.kind() != error_kind::interrupted)
                throw;
            interrupted_ = true;
            return;
        }
        end_scan(group, work_of(plan_, scan) - counted);
    }

    void end_scan(const communicator& group, std::int64_t uncounted) {
        current_scan_.clear();
        thresholds_done_ = 0;
        if (group.root()) {
            work_done_.add(uncounted);
            scans_done_.add(1);
        }
        report();
    }

    /// Results of the same voxels from another place get the record of where these lie now. Collective.
    bool keep_moved(const communicator& group, std::size_t scan, const std::vector<attribute>& provenance) {
        std::vector<attribute> record;
        for (const char* name : {"job_file", "job", content_attribute, content_key_attribute})
            record.push_back(*find_named(provenance, name));
        try {
            const std::vector<attribute> input = read_input(group, plan_.job.scans[scan], plan_.scans[scan].frame);
            std::int64_t kept = 0;
            agreed(group, [&] {
                if (group.root() && store_.keep_moved(plan_.job.scans[scan].id, input, record))
                    kept = 1;
            });
            return group.max(kept) != 0;
        } catch (const error& failure) {
            if (struck_alone(group) || failure.kind() == error_kind::interrupted)
                throw;
            return false;  // The analysis meets the same failure and tells of it.
        }
    }

    /// After each threshold: tell of the progress, and stop together when any rank was asked to.
    void safe_point(const communicator& group, std::int64_t work) {
        if (group.root())
            work_done_.add(work);
        report();
        if (group.max(std::int64_t{must_stop() ? 1 : 0}) != 0)
            throw interrupted_error("stopped by a signal");
    }

    void report() {
        if (!world_.root())
            return;
        note_efforts(efforts_sent_.collect());
        const std::int64_t done = work_done_.value();
        const std::size_t all = work_.todo.size();
        if (heart_)
            heart_->progress(std::min(changes_.contents.empty() ? queue_->taken() : all, all), done);
        if (watcher_.progress)
            watcher_.progress(
                {all, scans_done_.value(), done, total_work(), thresholds_done_, threshold_count(plan_), step_});
    }

    void note_efforts(const std::vector<mailbox::letter>& letters) {
        for (const mailbox::letter& letter : letters) {
            auto [scan, effort] = unpacked(letter);
            efforts_.push_back({plan_.job.scans[scan].id, voxel_count(plan_.scans[scan].frame.volume),
                                threshold_count(plan_), std::move(effort)});
            if (watcher_.scan_done)
                watcher_.scan_done(efforts_.back());
        }
    }

    /// Rank 0 goes on telling of the progress while other groups are still at work.
    void await_groups() {
        while (groups_done_.value() < groups_awaited_) {
            report();
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        report();
    }

    run_summary summarise() {
        note_efforts(efforts_sent_.collect_all());
        run_summary summary;
        summary.interrupted = interrupted_;
        agreed(world_, [&] {
            if (!world_.root())
                return;
            scan_results found = found_results(plan_, options_, store_, work_.contents);
            summary.merged = !interrupted_ && (options_.shard_count == 1 || found.ids.size() == plan_.scans.size());
            if (summary.merged)
                summary.archive = store_.merge(found.ids, {stop_requested_, watcher_.notice});
            summary.complete = found.complete;
            summary.failures = std::move(found.failures);
            summary.outdated = std::move(found.outdated);
            if (!interrupted_)
                for (std::string& failure : failed_changes(plan_, options_, store_, changes_))
                    summary.failures.push_back(std::move(failure));
        });
        std::vector<std::int64_t> failed{static_cast<std::int64_t>(summary.failures.size())};
        world_.broadcast(failed);
        summary.failures.resize(static_cast<std::size_t>(failed[0]));
        summary.memory = peak_of_all_ranks(world_, largest_block_);
        summary.efforts = std::move(efforts_);
        return summary;
    }

    const communicator& world_;
    campaign_plan plan_;
    const run_options& options_;
    const run_watcher& watcher_;
    const std::function<bool()>& stop_requested_;
    shard_store store_;
    std::optional<folder_lock> lock_;  ///< on rank 0
    std::vector<std::vector<grey_histogram>> pooled_;
    scan_list work_;
    shared_counter work_done_, scans_done_, groups_done_;
    mailbox efforts_sent_;
    change_list changes_;
    scan_queue* queue_ = nullptr;  ///< while scans or pairs are handed out
    std::int64_t groups_awaited_ = 0;
    std::optional<heart> heart_;  ///< on rank 0
    bool interrupted_ = false;
    std::vector<std::string> hosts_;     ///< by rank
    bool locked_ = false;                ///< on every rank, once rank 0 holds the folder
    bool kept_failure_ = false;          ///< the failure that ends the run has its record
    std::string current_scan_;           ///< that this rank works on
    std::int64_t thresholds_done_ = 0;   ///< of that scan
    index_t largest_block_ = 0;          ///< of this rank, in voxels
    scan_step step_ = scan_step::other;  ///< that this rank is at
    std::vector<scan_effort> efforts_;   ///< on rank 0: of the scans that are done
};

}  // namespace

run_summary run_campaign(const communicator& world, campaign_plan plan, const run_options& options,
                         const run_watcher& watcher, const std::function<bool()>& stop_requested) {
    return campaign_run(world, std::move(plan), options, watcher, stop_requested).run();
}

}  // namespace tomosweep
