#pragma once

#include "tomosweep/campaign/scan_block.hpp"
#include "tomosweep/ops/interfaces.hpp"

namespace tomosweep {

/// The electrode of one scan between its interfaces, the same on every rank.
struct found_electrode {
    interface_levels levels;  ///< used
    electrode_interfaces interfaces;
};

/// Finds the interfaces in the block's region and leaves in the block's mask only the voxels between them, less the
/// margins. Grey levels that the job does not give are the two thresholds of multi-Otsu with three classes over the
/// region. Collective; what find_interfaces() states. Throws input_error on every rank when there are no interfaces.
found_electrode find_electrode(const domain& grid, const scan_frame& frame, const electrode_spec& spec,
                               scan_block& block);

/// Equal bins from the collector to the separator over the columns of the rank's own block. Local.
depth_field normalised_depth(const domain& grid, const found_electrode& electrode, index_t bins);

}  // namespace tomosweep
