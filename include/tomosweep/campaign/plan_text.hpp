#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/layout.hpp"

namespace tomosweep {

/// The predictions of a plan for people: scans, layout, memory, time, bytes exchanged. Several lines.
std::string plan_text(const std::string& campaign, const std::vector<scan_load>& scans, const node_layout& layout,
                      const node_pool& pool);

/// The time to ask for: twice the predicted one, in whole quarters of an hour. A job that is cut off can go on, but has
/// to queue again. Pure.
double allotted_seconds(double predicted);

/// The head of a SLURM batch script for that plan, with the allotted time, and its `srun` line, which ends with
/// `arguments` of tomosweep, as words that the shell reads as they are.
std::string sbatch_header(const std::string& campaign, const node_layout& layout, const node_pool& pool,
                          const std::vector<std::string>& arguments);

}  // namespace tomosweep
