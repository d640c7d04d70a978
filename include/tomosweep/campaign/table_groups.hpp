#pragma once

#include "tomosweep/campaign/shard.hpp"

namespace tomosweep {

/// The integer tables of one scan as a group: per phase the counts by threshold and resolution limit, the joint
/// histogram of thickness and depth as rows, and once the region and the grey histogram. Every figure can be derived
/// from them again. Pure.
data_group table_group(const job_spec& job, const campaign_axes& axes, const scan_spec& scan,
                       const scan_outcome& outcome);

}  // namespace tomosweep
