#pragma once

#include <chrono>

#include "tomosweep/campaign/run.hpp"

namespace tomosweep::app {

/// Shows how far a run has come: a bar that redraws itself on a terminal, otherwise a plain line now and then, fit for
/// a log. Voxels count once for every threshold.
class progress_line {
public:
    progress_line();

    void show(const run_progress& progress);
    /// Ends the bar's line.
    void finish();

private:
    using clock = std::chrono::steady_clock;

    void draw(const run_progress& progress, double rate, double seconds_left);

    bool terminal_;
    bool drawn_ = false;
    clock::time_point start_ = clock::now();
    clock::time_point next_;
};

}  // namespace tomosweep::app
