#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"

namespace tomosweep {

/// What a run set out to do, kept as DIR/run.json so that its progress can be told without the job file.
struct run_record {
    struct scan {
        std::string id;
        std::int64_t work = 0;  ///< voxels times thresholds; 0 for a scan that could not be opened
        std::string key;        ///< content key of its results; empty in records of older versions
    };
    std::string campaign;
    std::string job, sweep;  ///< paths as given
    std::string command;
    std::vector<scan> scans;
    /// The job as read and its absolute path: its formulas are applied when scans are merged. Empty in records of older
    /// versions.
    std::string job_text = {}, job_file = {};
};

/// The record of a plan; `contents` are the canonical content texts of its scans, or empty when no keys are needed yet.
/// Pure.
run_record record_of(const campaign_plan& plan, const std::string& command,
                     const std::vector<std::string>& contents = {});

/// Writes the record, whole or not at all. Local.
void write_record(const run_record& record, const std::string& directory);

/// Throws input_error when the folder holds none, or one that cannot be read. Local.
run_record read_record(const std::string& directory);

}  // namespace tomosweep
