#include "tomosweep/comm/step_ledger.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "tomosweep/core/memory.hpp"

namespace tomosweep {
namespace {

constexpr std::size_t count_kinds = 7;

std::array<std::int64_t, count_kinds> counts_of(const step_use& use) {
    return {use.calls,      use.voxels,        use.bytes_sent, use.bytes_received,
            use.bytes_read, use.bytes_written, use.peak_bytes};
}

/// Minimum, sum and maximum of each value over the ranks.
template <class T>
class spreads {
public:
    spreads(const communicator& ranks, const std::vector<T>& own) : ranks_(ranks.size()), min_(own), max_(own) {
        sum_.assign(own.begin(), own.end());
        ranks.min(std::span(min_));
        ranks.max(std::span(max_));
        ranks.sum(std::span(sum_));
    }

    spread<T> at(std::size_t i) const { return {min_[i], static_cast<double>(sum_[i]) / ranks_, max_[i]}; }

private:
    int ranks_;
    std::vector<T> min_, max_, sum_;
};

/// By step, the lowest rank with the most seconds outside MPI.
std::vector<std::int64_t> slowest_ranks(const communicator& ranks, const std::array<step_use, step_count>& uses) {
    std::vector<double> own;
    for (const step_use& use : uses)
        own.push_back(use.seconds - use.waiting_seconds);
    std::vector<double> most = own;
    ranks.max(std::span(most));
    std::vector<std::int64_t> slowest;
    for (std::size_t i = 0; i < step_count; ++i)
        slowest.push_back(own[i] == most[i] ? ranks.rank() : ranks.size());
    ranks.min(std::span(slowest));
    return slowest;
}

}  // namespace

std::string_view name_of(scan_step what) {
    constexpr std::array<std::string_view, step_count> names{
        "other",    "read",    "preprocess", "statistics", "classify", "tables", "limits", "joins",
        "distance", "centres", "balls",      "thickness",  "labels",   "fields", "write"};
    return names[static_cast<std::size_t>(what)];
}

step_ledger::step_ledger(const communicator& ranks, listener begun)
    : ranks_(&ranks), begun_(std::move(begun)), since_(clock::now()), traffic_(ranks.traffic()) {
    use_of(scan_step::other).calls = 1;
    restart_peak();
}

const std::array<step_use, step_count>& step_ledger::uses() {
    charge(current_);
    return uses_;
}

scan_step step_ledger::charge(scan_step next) {
    const clock::time_point now = clock::now();
    const rank_traffic& traffic = ranks_->traffic();
    step_use& use = use_of(current_);
    use.seconds += std::chrono::duration<double>(now - since_).count();
    use.waiting_seconds += traffic.seconds - traffic_.seconds;
    use.bytes_sent += traffic.bytes_sent - traffic_.bytes_sent;
    use.bytes_received += traffic.bytes_received - traffic_.bytes_received;
    use.peak_bytes = std::max(use.peak_bytes, restart_peak());
    since_ = now;
    traffic_ = traffic;
    return std::exchange(current_, next);
}

step_scope::step_scope(step_ledger* ledger, scan_step what, std::int64_t voxels) : ledger_(ledger), what_(what) {
    if (ledger_ == nullptr)
        return;
    before_ = ledger_->charge(what);
    ++ledger_->use_of(what).calls;
    ledger_->use_of(what).voxels += voxels;
    if (ledger_->begun_)
        ledger_->begun_(what);
}

step_scope::~step_scope() {
    if (ledger_ != nullptr)
        ledger_->charge(before_);
}

void step_scope::read(std::int64_t bytes) {
    if (ledger_ != nullptr)
        ledger_->use_of(what_).bytes_read += bytes;
}

void step_scope::wrote(std::int64_t bytes) {
    if (ledger_ != nullptr)
        ledger_->use_of(what_).bytes_written += bytes;
}

ledger_summary summary_of(const communicator& ranks, step_ledger& ledger) {
    // A copy: the reductions below are messages, too.
    const std::array<step_use, step_count> uses = ledger.uses();
    std::vector<std::int64_t> counts;
    std::vector<double> seconds;
    double total = 0;
    for (const step_use& use : uses) {
        const auto own = counts_of(use);
        counts.insert(counts.end(), own.begin(), own.end());
        seconds.insert(seconds.end(), {use.seconds, use.waiting_seconds});
        total += use.seconds;
    }
    const spreads<std::int64_t> of_counts(ranks, counts);
    const spreads<double> of_seconds(ranks, seconds);
    const std::vector<std::int64_t> slowest = slowest_ranks(ranks, uses);
    ledger_summary summary{ranks.size(), ranks.max(total), {}};
    for (std::size_t i = 0; i < step_count; ++i) {
        const auto count = [&](std::size_t kind) { return of_counts.at(i * count_kinds + kind); };
        if (count(0).max > 0)
            summary.steps.push_back({static_cast<scan_step>(i), count(0).max, of_seconds.at(2 * i),
                                     of_seconds.at(2 * i + 1), count(1), count(2), count(3), count(4), count(5),
                                     count(6), static_cast<int>(slowest[i])});
    }
    return summary;
}

}  // namespace tomosweep
