#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/core/change_counts.hpp"
#include "tomosweep/ops/registration.hpp"

namespace tomosweep {

/// What came of one pair: how the states lie to each other and what changed, or why that is not known.
struct change_outcome {
    registration found;                              ///< in voxels of the analysed volumes
    std::vector<std::vector<change_counts>> counts;  ///< by phase; limits of a threshold behind each other
    std::vector<grey_thresholds> from_levels, to_levels;
    std::string failure;
    std::vector<attribute> provenance;
};

/// The content of one pair's file: everything along the dimension `pair`, phases in groups where the job says
/// `phases:`, provenance in /process/PAIR. Pure.
data_group make_change_file(const campaign_plan& plan, std::size_t index, const change_outcome& outcome);

/// Where a scan's analysed volume begins, in um from the corner of the scan.
vector3 corner_um(const scan_frame& frame, const scan_spec& scan);

}  // namespace tomosweep
