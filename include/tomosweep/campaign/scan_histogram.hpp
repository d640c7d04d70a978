#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/histogram.hpp"

namespace tomosweep {

/// A histogram that something campaign-wide follows from: of a scan of the plan, or of a part of it, as `spec` says.
struct histogram_request {
    std::size_t scan = 0;  ///< in the job
    std::string part;      ///< tells several histograms of one scan apart; may be empty
    scan_spec spec;
    scan_frame frame;
    std::optional<electrode_axes> electrode = {};  ///< where only the voxels between its interfaces count
    std::optional<std::size_t> phase = {};  ///< of the job, where only the voxels count in which it is looked for
    /// With `phase`: grey levels of the phases before it that follow from several scans or from the job; those without
    /// any follow from the scan itself.
    std::vector<grey_thresholds> levels = {};
};

/// The grey histogram of what the request asks for after preprocessing, on every rank of `group`. The phases around a
/// phase are found as run_scan() finds them. Collective. Throws as load_block(), find_electrode() and resolve() do.
grey_histogram scan_histogram(const communicator& group, const campaign_plan& plan, const histogram_request& request);

/// What that histogram depends on, as a content key: the input, its preprocessing, and what encloses the phase.
std::string histogram_key(const campaign_plan& plan, const histogram_request& request);

}  // namespace tomosweep
