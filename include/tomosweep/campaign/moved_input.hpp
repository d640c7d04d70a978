#pragma once

#include <vector>

#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// Whether the results of a scan depend on no voxels but those whose hash is recorded: no filter, ring removal or
/// normalisation looks beyond the analysed box. Pure.
bool recorded_hash_is_enough(const scan_spec& scan, const scan_frame& frame);

/// Reads a scan and says what was read, as input_provenance() does. Collective. Throws as load_block() does.
std::vector<attribute> read_input(const communicator& ranks, const scan_spec& scan, const scan_frame& frame);

}  // namespace tomosweep
