#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/comm/step_ledger.hpp"

namespace tomosweep {

/// What a scan, by its index in the job, took.
using indexed_effort = std::pair<std::size_t, ledger_summary>;

/// The efforts that any rank brings, on rank 0, by ascending index; nothing elsewhere. Collective.
std::vector<indexed_effort> gathered_efforts(const communicator& ranks, const std::vector<indexed_effort>& own);

}  // namespace tomosweep
