#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/campaign/scan_histogram.hpp"

namespace tomosweep {

/// The request for a scan as the job has it.
histogram_request request_of(const campaign_plan& plan, std::size_t scan);

/// The histograms of `requests`, on rank 0 only. Each is taken once and kept in DIR/`file` for later runs with the same
/// input and settings; groups of ranks share the requests dynamically. A scan that cannot be read gets its failure
/// noted in the plan on every rank, and its histograms have no counts. Requests are the same on every rank, but for
/// `frame.inputs`, which rank 0 decides. Collective over `world`.
std::vector<grey_histogram> take_histograms(const communicator& world, const campaign_layout& layout,
                                            campaign_plan& plan, std::vector<histogram_request> requests,
                                            const std::string& directory, const std::string& file);

/// Groups of scans whose histograms are added: by sample, or all in one; scans for which `belongs` says so.
using scan_pools = std::map<std::string, std::vector<std::size_t>>;
scan_pools pools_of(const campaign_plan& plan, rule_scope scope, const std::function<bool(std::size_t)>& belongs);

/// What rank 0 knows, on every rank. Collective.
void share(const communicator& world, grey_histogram& histogram);

}  // namespace tomosweep
