#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/campaign/run_options.hpp"
#include "tomosweep/campaign/shard_store.hpp"
#include "tomosweep/core/histogram.hpp"

namespace tomosweep {

/// The scans of a campaign that a run analyses.
struct scan_list {
    std::vector<std::size_t> todo;      ///< largest first
    std::vector<std::string> contents;  ///< canonical content text by scan; on rank 0 of all, elsewhere of those to do
    std::size_t complete = 0;           ///< on rank 0: scans with results from earlier runs
    std::vector<std::uint8_t> moved;    ///< by scan: 1 where results of the same voxels, from elsewhere, may be there
};

/// What is left to do of the selected scans: those whose shard is missing, damaged, failed or of another content, in
/// the order of `order`. `pooled` are the histograms that their thresholds follow from, by scan. Selected scans that
/// could not be opened get a shard and a record that say so. Collective.
scan_list list_scans(const communicator& world, const campaign_plan& plan, const run_options& options,
                     const shard_store& store, const std::vector<std::vector<grey_histogram>>& pooled,
                     const std::vector<std::size_t>& order);

/// What lies in the folder when a run is over.
struct scan_results {
    std::vector<std::string> ids;       ///< that belong into the archive, in the job's order, failed ones included
    std::size_t complete = 0;           ///< of the selected ones
    std::vector<std::string> failures;  ///< "scan: reason", of the selected ones
    std::vector<std::string> outdated;  ///< results of another sweep or job, which stay out of the archive
};

/// `contents` are those of all scans. Rank 0 only.
scan_results found_results(const campaign_plan& plan, const run_options& options, const shard_store& store,
                           const std::vector<std::string>& contents);

}  // namespace tomosweep
