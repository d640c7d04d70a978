#pragma once

#include <cstdint>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// Hash of the voxels of `part`, a box within `box` of which `grey` holds the voxels; both in voxels of the scan. It is
/// the sum modulo 2^64, over all voxels, of mix(mix(z * 2^32 + y) + x * 2^32 + v): v are the bits of the grey level as
/// an unsigned number, mix is the finaliser of SplitMix64. Sums of parts are the hash of the whole, however it is cut;
/// a voxel that changes or changes place changes the sum but for one case in 2^64. Local. Cost: about 2 ns per voxel
/// and thread, no memory.
std::uint64_t voxel_hash(const grey_volume& grey, const box3& box, const box3& part);

}  // namespace tomosweep
