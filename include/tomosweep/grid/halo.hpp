#pragma once

#include "tomosweep/core/array.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Collective. Every rank gives the voxels of its own block and gets those of its `wanted` box, which lies inside the
/// volume and may be empty, smaller than a block or reach over many blocks: blocks thinner than a halo need no care.
/// Throws resource_error on every rank when memory is short on any.
/// Cost: each wanted voxel travels once; two copies in memory while it does.
template <transferable T>
array3<T> fetch(const domain& grid, view3<const T> own, const box3& wanted);

extern template array3<std::uint8_t> fetch(const domain&, view3<const std::uint8_t>, const box3&);
extern template array3<std::uint16_t> fetch(const domain&, view3<const std::uint16_t>, const box3&);
extern template array3<std::int16_t> fetch(const domain&, view3<const std::int16_t>, const box3&);
extern template array3<std::uint32_t> fetch(const domain&, view3<const std::uint32_t>, const box3&);
extern template array3<std::uint64_t> fetch(const domain&, view3<const std::uint64_t>, const box3&);
extern template array3<float> fetch(const domain&, view3<const float>, const box3&);

}  // namespace tomosweep
