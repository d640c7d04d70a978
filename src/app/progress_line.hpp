#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "tomosweep/campaign/run.hpp"

namespace tomosweep::app {

/// Shows how far a run has come: a bar that redraws itself on a terminal, otherwise a plain line now and then, fit for
/// a log. Voxels count once for every threshold. A thread draws, so that the last of many quick steps, which may take
/// long, is the one that stays.
class progress_line {
public:
    progress_line();

    void show(const run_progress& progress);
    /// Ends the bar's line.
    void finish();

private:
    using clock = std::chrono::steady_clock;

    void keep_drawing(const std::stop_token& stop);
    void draw(const run_progress& progress);

    bool terminal_;
    bool drawn_ = false;
    clock::time_point start_ = clock::now();
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<run_progress> latest_;  ///< that is not drawn yet
    std::jthread drawer_;                 // the last member: it ends before what it uses
};

}  // namespace tomosweep::app
