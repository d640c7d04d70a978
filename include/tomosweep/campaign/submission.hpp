#pragma once

#include <cstddef>
#include <optional>

#include "tomosweep/campaign/batch_script.hpp"
#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/campaign/planned_loads.hpp"

namespace tomosweep {

/// What the user decides; what is left open follows from the campaign.
struct submission_wish {
    bool array = false;
    std::optional<int> shards = std::nullopt;  ///< of an array
    std::optional<int> nodes = std::nullopt;   ///< of a job or task
};

/// Nodes and time for a campaign at a site.
struct submission {
    node_layout layout;       ///< of the job, or of every task of the array
    batch_request request;    ///< without a name
    double longest_s = 0;     ///< predicted, of the job or of the longest task
    int likely_restarts = 0;  ///< because the site's longest time is shorter
    int most_restarts = 0;
};

/// Chooses the layout with choose_nodes(): as few nodes as hold the campaign; for one job twice as many as long as that
/// is needed to end within the site's longest time, the site has them, and they help. An array has as many shards as
/// make tasks of about four hours, of half the site's longest time at most, and never more than 100. The time asked for
/// is allotted_seconds(), within the site's longest. Throws as choose_nodes() does, and resource_error when the
/// campaign needs more nodes than a job may have. Pure.
submission plan_submission(const planned_loads& scans, const workload& work, const site_spec& site,
                           const submission_wish& wish);

}  // namespace tomosweep
