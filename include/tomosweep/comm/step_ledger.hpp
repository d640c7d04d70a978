#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// What a scan's time goes into, in the order in which a scan comes to it.
enum class scan_step : std::uint8_t {
    other,       ///< agreements between steps, descriptors, and whatever is in no other step
    read,        ///< from the source, masks included
    preprocess,  ///< filters and binning, and the region's mask
    statistics,  ///< grey histogram, region counts
    classify,    ///< grey to classes
    tables,      ///< the pass over the classes of all thresholds
    limits,      ///< the passes over the classes of resolution limits
    joins,       ///< of boundary trees between ranks, for tables and limits: what could serialise
    distance,    ///< squared distances
    centres,     ///< balls that matter
    balls,       ///< sending those that reach over a face
    thickness,   ///< painting balls, and the table of thickness
    labels,      ///< of components, for fields
    fields,      ///< writing volumes to the shard
    write,       ///< writing figures and tables to the shard, and making it appear
};
inline constexpr std::size_t step_count = 15;

/// The step's name in logs.
std::string_view name_of(scan_step what);

/// What one rank spent in one step.
struct step_use {
    std::int64_t calls = 0;
    double seconds = 0;
    double waiting_seconds = 0;  ///< of these, inside MPI: messages and waiting for other ranks
    std::int64_t voxels = 0;     ///< of the own block, once per pass
    std::int64_t bytes_sent = 0;
    std::int64_t bytes_received = 0;
    std::int64_t bytes_read = 0;     ///< voxels from the source, as they are in memory
    std::int64_t bytes_written = 0;  ///< fields before compression; for `write` the shard's size
    std::int64_t peak_bytes = 0;     ///< most bytes held at once in volumes during the step
};

/// What one rank spends on one scan, by step. Every moment belongs to exactly one step, the innermost step_scope: the
/// seconds of all steps add up to the time since the ledger was made. Local; one thread only. The peaks of memory are
/// those of the process, so at any time one ledger is in use.
class step_ledger {
public:
    /// Told of every step as it begins.
    using listener = std::function<void(scan_step)>;

    /// Counts the messages of `ranks`, which must outlive the ledger.
    explicit step_ledger(const communicator& ranks, listener begun = {});
    step_ledger(const step_ledger&) = delete;
    step_ledger& operator=(const step_ledger&) = delete;

    /// Up to now.
    const std::array<step_use, step_count>& uses();

private:
    friend class step_scope;
    using clock = std::chrono::steady_clock;

    step_use& use_of(scan_step what) { return uses_[static_cast<std::size_t>(what)]; }
    /// Charges what happened since the last call to the current step, and goes on with `next`.
    scan_step charge(scan_step next);

    const communicator* ranks_;
    listener begun_;
    std::array<step_use, step_count> uses_{};
    scan_step current_ = scan_step::other;
    clock::time_point since_;
    rank_traffic traffic_;
};

/// While it lives, everything is charged to `what`; then to the step before. Without a ledger it does nothing.
class step_scope {
public:
    step_scope(step_ledger* ledger, scan_step what, std::int64_t voxels = 0);
    step_scope(const step_scope&) = delete;
    step_scope& operator=(const step_scope&) = delete;
    ~step_scope();

    void read(std::int64_t bytes);
    void wrote(std::int64_t bytes);

private:
    step_ledger* ledger_;
    scan_step what_;
    scan_step before_ = scan_step::other;
};

/// Over the ranks of a scan.
template <class T>
struct spread {
    T min{};
    double mean = 0;
    T max{};
};

struct step_summary {
    scan_step what = scan_step::other;
    std::int64_t calls = 0;  ///< of the rank with most
    spread<double> seconds, waiting_seconds;
    spread<std::int64_t> voxels, bytes_sent, bytes_received, bytes_read, bytes_written, peak_bytes;
    int slowest_rank = 0;  ///< the rank with most seconds of its own, those inside MPI left out
};

/// Ledgers of all ranks of a scan. The same on every rank.
struct ledger_summary {
    int ranks = 0;
    double seconds = 0;               ///< of the rank that took longest
    std::vector<step_summary> steps;  ///< only those that any rank took
};

/// Collective over `ranks`; a few reductions, whatever their number.
ledger_summary summary_of(const communicator& ranks, step_ledger& ledger);

}  // namespace tomosweep
