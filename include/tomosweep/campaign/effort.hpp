#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// What a scan, by its index in the job, took.
using indexed_effort = std::pair<std::size_t, ledger_summary>;

/// Most memory that any rank had at once over the whole run.
struct peak_memory {
    std::int64_t volume_bytes = 0;        ///< in volumes of voxels
    std::int64_t resident_bytes = 0;      ///< in all, program and libraries included
    double resident_bytes_per_voxel = 0;  ///< of the rank's largest block; 0 when nothing was analysed
};

/// Of ranks of which this one's largest block had `largest_block` voxels. Collective.
peak_memory peak_of_all_ranks(const communicator& ranks, index_t largest_block);

/// As the text of a letter between ranks of one run. Local.
std::vector<std::byte> packed(const indexed_effort& effort);
indexed_effort unpacked(std::span<const std::byte> bytes);

}  // namespace tomosweep
