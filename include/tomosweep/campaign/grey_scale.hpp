#pragma once

#include <array>
#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// Finds what the grey scale of one scan takes from others, and notes it in the plan's scans: the line of `normalise`
/// and the range of a window whose percentiles are pooled over a sample or the campaign. Reads boxes and scans for it
/// unless DIR/anchors.h5 and DIR/windows.h5 know them already. A scan whose anchors cannot be used, or whose reference
/// cannot, gets its failure noted. Collective over `world`, the same on every rank.
void settle_greys(const communicator& world, const campaign_layout& layout, campaign_plan& plan,
                  const std::string& directory);

/// The range between two percentiles of a histogram. Throws input_error, naming the scan, when it has no width. Pure.
grey_anchors percentile_range(const grey_histogram& histogram, const std::array<double, 2>& percentiles,
                              const std::string& scan);

/// The parts of a scan whose histograms give its anchors, as scans of their own: dark and bright material, or the box
/// of the histogram. Rings are removed in them, and nothing else is done. Pure.
std::vector<scan_spec> anchor_parts(const scan_spec& scan);

/// The scan before its window: as it is read, without rings and normalised. Pure.
scan_spec before_window(const scan_spec& scan);

/// What was done to grey levels, as attributes of /process/<scan>; empty when nothing was. `window` is the range really
/// used, `clipped` what it or the number format cut off. Pure.
std::vector<attribute> grey_provenance(const grey_spec& grey, const std::optional<grey_window>& window,
                                       const clip_counts& clipped);

}  // namespace tomosweep
