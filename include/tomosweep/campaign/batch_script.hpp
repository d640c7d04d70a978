#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tomosweep/campaign/site.hpp"

namespace tomosweep {

/// What a SLURM job asks for.
struct batch_request {
    std::string name;  ///< letters, digits, '.', '_' and '-'
    int nodes = 1;
    int ranks_per_node = 1;
    int threads_per_rank = 1;
    double bytes_per_node = 0;  ///< 0: says nothing
    std::int64_t seconds = 0;
    std::int64_t warning_s = 0;  ///< before the end, that the batch shell is warned; 0: it is not
    int shards = 0;              ///< of an array; 0: one job
    int tasks_at_once = 1;       ///< of an array
};

/// A run of tomosweep as a batch job. Paths are absolute.
struct batch_run {
    batch_request request;
    std::string program, job, sweep, results;  ///< `sweep` empty: none
    std::vector<std::string> options;          ///< further ones of `run`
    int most_restarts = 20;
};

/// Hours:minutes:seconds, as SLURM has it. Pure.
std::string slurm_time(std::int64_t seconds);

/// The #SBATCH lines that ask for it, each with its line end. Pure.
std::string sbatch_lines(const batch_request& request);

/// A complete batch script for the campaign, or for an array over its shards: SLURM options, settings, and the same
/// lines below them as slurm/campaign.sbatch. Its log stands in the folder that it is submitted from. Whatever the
/// texts hold, the script says them to the program as they are. Throws input_error where one holds a control character.
/// Pure.
std::string campaign_script(const batch_run& run, const site_spec& site);

/// The script of the job that follows an array: builds the archive from what it left. Likewise.
std::string merge_script(const batch_run& run, const site_spec& site);

}  // namespace tomosweep
