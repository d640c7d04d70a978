#pragma once

#include "tomosweep/core/grey.hpp"
#include "tomosweep/core/histogram.hpp"
#include "tomosweep/grid/domain.hpp"
#include "tomosweep/kernels/histogram.hpp"

namespace tomosweep {

/// Smallest and largest grey level of the whole volume where `mask` is not 0, on every rank; low > high when there is
/// no such voxel. `own` and `mask` hold the rank's own block; a mask that is a view of nothing keeps every voxel. NaNs
/// are as grey_range() treats them. Collective. Throws internal_error on every rank when extents differ. Cost: one
/// pass.
grey_limits grey_range(const domain& grid, const grey_volume& own, view3<const std::uint8_t> mask = {});

/// Histogram of the same voxels of the whole volume, on every rank, with the bins of histogram_of(): one per grey level
/// for integers; float_bins equal ones over the volume's grey range for float. A float volume without voxels in the
/// mask has a histogram without bins. Collective. Bit-identical for any number of ranks and threads. Throws
/// internal_error on every rank when extents differ. Cost: one pass for integers, two for float. Peak: 512 kB per
/// thread.
grey_histogram histogram_of(const domain& grid, const grey_volume& own, view3<const std::uint8_t> mask = {});

}  // namespace tomosweep
