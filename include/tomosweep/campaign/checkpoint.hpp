#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// How much of a phase's tables there is: those of the thresholds that are finished.
struct partial_tables {
    phase_tables tables;
    std::vector<std::uint8_t> finished;  ///< [threshold]; 1 where the tables hold the result
};

/// What a checkpoint must fit.
struct checkpoint_shape {
    std::vector<std::size_t> thresholds;  ///< by phase
    std::size_t resolution_limits = 0;
    std::size_t depth_bins = 0;
    bool widths = true;
    bool normalised = false;  ///< thickness by normalised depth, too
};

/// When a checkpoint is written, and where.
struct checkpoint_spec {
    std::string path;  ///< empty: none is kept
    std::string key;   ///< content key of the scan: another scan's or sweep's checkpoint is left alone
    std::chrono::duration<double> every{1800};
};

/// The tables of the finished thresholds of a scan that is not, in one file beside the results. Tables are integers and
/// sums over all ranks, so that a run goes on with any number of ranks and gives the same bits. Only the first rank of
/// the scan's group touches the file and holds what it read. A file that cannot be written costs time after the next
/// interruption, never a result, and is no error.
class checkpoint {
public:
    /// Reads what an earlier run left of this very scan. Collective over `group`.
    checkpoint(const communicator& group, checkpoint_spec spec, checkpoint_shape shape);

    const partial_tables& phase(std::size_t index) const { return phases_[index]; }

    /// Notes that a threshold is finished, and writes the file when it is time. Local.
    void finished(std::size_t phase, std::size_t threshold, const phase_tables& tables);
    /// Writes what is not written yet. Local.
    void write() noexcept;
    /// Removes the file, because the scan's results stand elsewhere. Local.
    void remove() const noexcept;

private:
    void read();

    bool keeps_ = false;
    checkpoint_spec spec_;
    checkpoint_shape shape_;
    std::vector<partial_tables> phases_;
    bool changed_ = false;
    std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

}  // namespace tomosweep
