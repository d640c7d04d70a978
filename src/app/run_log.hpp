#pragma once

#include <fstream>
#include <string>

#include "tomosweep/campaign/run.hpp"

namespace tomosweep::app {

/// Events of a run as one JSON object per line, for scripts.
class run_log {
public:
    /// An empty path logs nothing. Throws resource_error when the file cannot be written.
    explicit run_log(const std::string& path);

    void started(const campaign_layout& layout, std::size_t todo, std::size_t complete);
    void progress(const run_progress& progress);
    void scan_done(const scan_effort& effort);
    void finished(const run_summary& summary);

private:
    std::ofstream file_;
    std::int64_t scans_logged_ = 0;
};

}  // namespace tomosweep::app
