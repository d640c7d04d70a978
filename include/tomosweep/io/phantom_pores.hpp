#pragma once

#include <vector>

#include "tomosweep/io/phantom.hpp"

namespace tomosweep {

/// The sphere of an isolated pore: its centre, voxels from the volume's corner. All have the phantom's pore_radius.
struct pore {
    double z = 0;
    double y = 0;
    double x = 0;
};

/// Voxels that stay free around a pore.
inline constexpr double pore_gap = 2;

/// The pores of a phantom, ascending in z: inside the volume and inside one piece of solid, pore_gap or more from
/// every crack and from each other, so that they stay isolated when they become voxels. Placed by rejection, the same
/// for a seed. Throws input_error when the solid has no room for them. Local. Cost: about 10 us per attempt.
std::vector<pore> pores_of(const phantom_source& phantom);

/// The gas bubbles of a phantom's stack in the same order: whole, pore_gap or more above the electrode and apart from
/// each other; none without a stack. Local. Throws input_error when they have no room.
std::vector<pore> bubbles_of(const phantom_source& phantom);

}  // namespace tomosweep
