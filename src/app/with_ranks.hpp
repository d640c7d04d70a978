#pragma once

#include <functional>

#include "tomosweep/comm/communicator.hpp"

namespace tomosweep::app {

/// Starts MPI, runs a command on all ranks and returns its exit code. An error that all ranks agree on is printed once
/// and becomes its exit code; any other ends the program on all ranks.
int with_ranks(const std::function<int(const communicator& world)>& command);

}  // namespace tomosweep::app
