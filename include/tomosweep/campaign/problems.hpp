#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/job_error.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep {

using source_opener = std::function<std::unique_ptr<scan_source>(const source_spec&)>;

/// Everything that is wrong with a campaign and can be known without reading voxels: sources that cannot be opened or
/// are incomplete, regions outside the scan or empty after binning, masks of another extent, thresholds outside the
/// grey levels, rules pooled over different number formats, contradictory voxel sizes. Empty when all is well.
/// Opens every source through `open`, one at a time. Local; throws nothing for the user's mistakes.
std::vector<problem> check_campaign(const job_spec& job, const sweep_spec& sweep,
                                    const source_opener& open = open_source);

}  // namespace tomosweep
