#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/job_error.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep {

using source_opener = std::function<std::unique_ptr<scan_source>(const source_spec&)>;

/// A scan as its headers show it. With problems, it cannot be analysed, while the rest of the campaign can.
struct scan_inspection {
    scan_frame frame;  ///< valid without problems
    std::vector<file_identity> files, mask_files;
    std::vector<problem> problems;
};

/// A campaign as its headers show it.
struct campaign_inspection {
    std::vector<scan_inspection> scans;  ///< in the job's order
    std::vector<problem> problems;       ///< of the campaign as a whole: nothing can be analysed

    /// Everything that is wrong, scan by scan and then the whole.
    std::vector<problem> all() const;
};

/// Finds everything that can be known without reading voxels, and what is wrong with it: sources that cannot be opened
/// or are incomplete, regions outside the scan or empty after binning, masks of another extent, thresholds outside the
/// grey levels, rules pooled over different number formats, contradictory voxel sizes.
/// Opens every source through `open`, one at a time. Local; throws nothing for the user's mistakes.
campaign_inspection inspect_campaign(const job_spec& job, const sweep_spec& sweep,
                                     const source_opener& open = open_source);

}  // namespace tomosweep
