#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tomosweep/campaign/cost_model.hpp"

namespace tomosweep {

/// The ranks that a run has.
struct rank_pool {
    int ranks = 1;
    int threads_per_rank = 1;
    double bytes_per_rank = 0;  ///< memory; 0: unknown, taken as enough
    int ranks_per_node = 0;     ///< 0: unknown
    std::string bound = {};     ///< what sets the memory, for messages
};

/// What comparing pairs of states takes in a layout.
struct pair_share {
    double bytes_per_rank = 0;  ///< predicted peak, on the fullest rank
    double seconds = 0;         ///< predicted, for all pairs; part of the campaign's
    bool fits = true;           ///< into the ranks' memory
};

/// How the ranks share a campaign: `groups` groups of `ranks_per_scan` ranks, each of which takes one scan at a time in
/// the given order. Ranks beyond groups * ranks_per_scan have nothing to do.
struct campaign_layout {
    int groups = 1;
    int ranks_per_scan = 1;
    std::vector<std::size_t> order;  ///< of the scans, largest first; equal ones as they stand in the job
    double bytes_per_rank = 0;       ///< predicted peak, on the fullest rank
    double seconds = 0;              ///< predicted, for the whole campaign
    double exchanged_bytes = 0;      ///< predicted, over all ranks and scans
    pair_share pairs = {};
};

/// The smallest groups in which the largest scan fits into memory, and the largest pair if it fits into any, as many as
/// there are scans to take; ranks left over make the groups larger as long as the largest scan has voxels for them.
/// `ranks_per_scan` overrules that size. Throws resource_error, with what would fit, when no group does; input_error
/// when more ranks than a scan has voxels are asked for. Pure, the same on all ranks.
campaign_layout choose_layout(const std::vector<scan_load>& scans, const workload& work, const rank_pool& pool,
                              const cost_model& model = {}, std::optional<int> ranks_per_scan = {});

/// Nodes of a cluster; `nodes` 0 means: as few as hold the campaign.
struct node_pool {
    int nodes = 0;
    int cores_per_node = 1;
    double bytes_per_node = 0;
};

struct node_layout {
    int nodes = 1;
    int ranks_per_node = 1;
    int threads_per_rank = 1;
    campaign_layout campaign;
};

/// Ranks and threads on the nodes, then choose_layout(): up to 8 threads a rank, fewer where a node's cores do not
/// divide. As few nodes as hold the campaign hold its pairs, too, if any number does. Throws as choose_layout() does.
/// Pure.
node_layout choose_nodes(const std::vector<scan_load>& scans, const workload& work, const node_pool& pool,
                         const cost_model& model = {});

/// Bytes of a size such as 256G, 1.5T, 64000M or 4GiB (powers of 1024, as SLURM has them; without a unit: M, likewise).
/// `option` is for the message. Throws input_error.
double parse_bytes(std::string_view text, std::string_view option);

}  // namespace tomosweep
