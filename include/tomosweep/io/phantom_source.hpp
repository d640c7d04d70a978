#pragma once

#include <memory>

#include "tomosweep/io/phantom.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// Opens a phantom as a scan of type uint8 without files. Local, and so is reading: the grey at a voxel depends on the
/// parameters and the voxel only, bit for bit, whichever box is asked for. Without blur the voxel's centre decides
/// between solid_grey and crack_grey; with it the sharp phantom, continued beyond the volume, is smoothed by a Gaussian
/// cut off at 4 sigma. Then noise from a counter per voxel, then the rings of the layer, then rounding and clamping to
/// 0 .. 255. Throws input_error for parameters out of range and for pores without room. Cost: about 5 ns per voxel and
/// core without blur and noise. Peak: the box, and with blur a byte per voxel of the grown box and a plane of doubles
/// per thread.
std::unique_ptr<scan_source> open_phantom(const phantom_source& phantom);

}  // namespace tomosweep
