#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/layout.hpp"

namespace tomosweep {

/// The predictions of a plan for people: scans, layout, memory, time, bytes exchanged. Several lines.
std::string plan_text(const std::string& campaign, const std::vector<scan_load>& scans, const node_layout& layout,
                      const node_pool& pool);

/// The head of a SLURM batch script for that plan, with twice the predicted time, and its `srun` line, which ends with
/// `arguments` of tomosweep.
std::string sbatch_header(const std::string& campaign, const node_layout& layout, const node_pool& pool,
                          const std::string& arguments);

}  // namespace tomosweep
