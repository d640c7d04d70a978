#pragma once

#include <vector>

#include "tomosweep/core/change_counts.hpp"
#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/rigid.hpp"

namespace tomosweep {

/// Axes of the figures of one pair of states, and what turns voxels into lengths.
struct change_axes {
    axis depth = axis::z;
    extent3 volume;            ///< of the first state
    vector3 corner_um{};       ///< of that volume, in um from the corner of the first state's scan
    double voxel_size_um = 0;  ///< of both states
};

/// Figures of what changed between two aligned states. `counts` has one entry per threshold and resolution limit, the
/// limits of a threshold behind each other; the dimensions are pair, threshold, resolution_limit, connectivity and
/// axis. docs/definitions.md says what each figure means. The integers come first. Pure.
std::vector<variable> change_figures(const std::vector<change_counts>& counts, const change_axes& axes);

}  // namespace tomosweep
