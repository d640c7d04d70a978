#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// Where and how a scan was analysed, as attributes of /process/<scan>: everything that may differ between two runs
/// with the same figures. Local.
std::vector<attribute> provenance_of(const campaign_plan& plan, const std::string& command, int ranks, int threads);

/// Canonical text of everything that decides the results of a scan: see content_text(). `pooled` holds the scan's
/// pooled histograms by phase. Only on rank 0, which knows the files. Local.
std::string content_of(const campaign_plan& plan, std::size_t scan, const std::vector<grey_histogram>& pooled);

}  // namespace tomosweep
