#pragma once

#include <vector>

#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/grey.hpp"

namespace tomosweep {

/// Whether a phase is looked for in a part of the scan's region only. Pure.
bool has_own_region(const phase_spec& phase);

/// The phases around phase `index`, the outermost first: each is looked for inside the one before it. Pure.
std::vector<std::size_t> phases_around(const std::vector<phase_spec>& phases, std::size_t index);

/// 1 where phase `index` is looked for: in `region` (everywhere where it is empty), in the phase's own box and
/// cylinder, and inside the phase that encloses it, at that phase's one threshold. A binned voxel lies in a box when
/// all its voxels do. `levels` holds the grey levels of the phases around it in their places. Local, of the rank's own
/// block. Cost: one pass, and one more for every phase around it. Peak: 1 byte per voxel, 3 inside another phase.
array3<std::uint8_t> phase_mask(const std::vector<phase_spec>& phases, std::size_t index,
                                const std::vector<grey_thresholds>& levels, const scan_spec& scan,
                                const scan_frame& frame, const grey_volume& grey, view3<const std::uint8_t> region,
                                const box3& own);

}  // namespace tomosweep
