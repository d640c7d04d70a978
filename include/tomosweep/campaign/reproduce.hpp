#pragma once

#include <string>
#include <vector>

#include "tomosweep/archive/difference.hpp"
#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// What is to be repeated, and where.
struct reproduce_options {
    std::string archive;      ///< a shard or a campaign file
    std::string scan;         ///< empty: the only one in the archive
    std::string data_folder;  ///< where the data lie now; empty: where they lay
    std::string scratch;      ///< an existing folder for the new shard
};

/// What came of it.
struct reproduction {
    std::string scan;
    std::string recorded_by;      ///< program, commit and compiler of the record
    bool input_compared = false;  ///< the record has hashes of its input: archives since schema 2
    bool fields_compared = false;
    std::vector<difference> differences;  ///< on rank 0
};

/// Runs the recorded analysis of one scan again, from the job and the sweep in its provenance and with the grey levels
/// and axes that it got from its campaign, so that no other scan is needed; then compares figures, tables and, where
/// they can be found, fields, bit by bit. The input comes first: the hash of its voxels must be the recorded one. Paths
/// within the recorded job's folder are looked for at the same place within `data_folder`, others by their last part.
/// Collective. Throws input_error when the record does not suffice, or the input is missing or another one. Cost: reads
/// the scan twice.
reproduction reproduce(const communicator& ranks, const reproduce_options& options);

}  // namespace tomosweep
