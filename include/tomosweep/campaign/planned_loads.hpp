#pragma once

#include <cstddef>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/layout.hpp"

namespace tomosweep {

/// Predicted cost of every scan of a plan that can be analysed; `index` says which. Pure.
struct planned_loads {
    std::vector<scan_load> loads;
    std::vector<std::size_t> index;
};
planned_loads loads_of(const campaign_plan& plan);

/// What a run of the plan does with every scan. Pure.
workload workload_of(const campaign_plan& plan);

}  // namespace tomosweep
