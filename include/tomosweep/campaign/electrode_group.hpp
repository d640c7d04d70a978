#pragma once

#include "tomosweep/campaign/shard.hpp"

namespace tomosweep {

/// What is known of a scan's electrode as one number each: thickness, roughness, levels, filled shares. NaN where
/// `outcome` has none. Pure.
std::vector<variable> electrode_figures(const scan_outcome& outcome);

/// Adds the lateral dimensions and the maps over them. The maps have the extent of the campaign's widest scans; cells
/// that a scan does not have are NaN. Pure.
void add_electrode_maps(data_group& root, const electrode_axes& axes, const scan_outcome& outcome);

}  // namespace tomosweep
