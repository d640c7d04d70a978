#pragma once

#include <vector>

#include "tomosweep/core/array.hpp"

namespace tomosweep {

/// Shifts s, in whole voxels, at which the pattern of `fixed` around x may be found in `moving` around x + s, likeliest
/// first: the `most` highest peaks of the phase correlation (Kuglin & Hines 1975), each once for every shift that the
/// periodic transform cannot tell apart. The two may differ in extent; what does not belong to a volume should hold its
/// mean. Their borders fade out over an eighth of the extent, and frequencies are damped like those of a Gaussian of
/// one voxel, so that noise of single voxels has no say. Transforms by FFTW. Local, serial; not from several threads
/// at once. Throws resource_error when memory is short. Peak: 16 bytes per voxel of both.
std::vector<index3> likely_shifts(view3<const float> fixed, view3<const float> moving, std::size_t most);

}  // namespace tomosweep
