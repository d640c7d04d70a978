#pragma once

#include <cstddef>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/campaign/run_options.hpp"

namespace tomosweep {

/// Predicted cost of every scan of a plan that can be analysed; `index` says which. Pure.
struct planned_loads {
    std::vector<scan_load> loads;
    std::vector<std::size_t> index;
};
planned_loads loads_of(const campaign_plan& plan);

/// What a run of the plan does with every scan, and which pairs it compares. Pure.
workload workload_of(const campaign_plan& plan);

/// How `ranks` ranks share the campaign: see choose_layout(). The order names scans by their place in the job. Pure.
campaign_layout layout_of(const campaign_plan& plan, const run_options& options, int ranks);

}  // namespace tomosweep
