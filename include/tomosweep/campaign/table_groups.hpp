#pragma once

#include "tomosweep/campaign/shard.hpp"

namespace tomosweep {

/// The integer tables of one scan as a group: per phase the counts by threshold and resolution limit, the joint
/// histogram of thickness and depth as rows, and once the region and the grey histogram. Every figure can be derived
/// from them again. Pure.
data_group table_group(const job_spec& job, const campaign_axes& axes, const scan_spec& scan,
                       const scan_outcome& outcome);

/// All integers of a phase's tables as a group, so that nothing but read_phase_group() is needed to have them back. It
/// uses the dimensions resolution_limit and depth of the group around it. Pure.
data_group whole_phase_group(const std::string& name, const phase_tables& tables, std::size_t depth_bins);

/// The tables of such a group; without thickness unless `widths`. Throws internal_error, or what the standard library
/// throws, when the group does not have this shape. Pure.
phase_tables read_phase_group(const data_group& group, std::size_t thresholds, std::size_t limits,
                              std::size_t depth_bins, bool widths);

}  // namespace tomosweep
