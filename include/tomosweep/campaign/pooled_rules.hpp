#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/core/histogram.hpp"

namespace tomosweep {

/// Settles the grey scales of all scans first: see settle_greys().
/// Histograms that thresholds pooled over a sample or the campaign follow from: [scan][phase], without counts where the
/// scan's own histogram decides. Reads every scan of the job once for all phases that are looked for everywhere, and
/// once for each other one, in the order of the job, so that the levels of the phases around are known; unless
/// DIR/histograms.h5 or DIR/histograms-PHASE.h5 already has it for the same input, preprocessing and surroundings;
/// groups share the scans dynamically. A scan that cannot be read gets its failure noted in
/// the plan and is left out of the pool. Collective over `world`, the same on every rank.
std::vector<std::vector<grey_histogram>> pooled_histograms(const communicator& world, const campaign_layout& layout,
                                                           campaign_plan& plan, const std::string& directory);

}  // namespace tomosweep
