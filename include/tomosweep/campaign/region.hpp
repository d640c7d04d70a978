#pragma once

#include "tomosweep/campaign/job.hpp"

namespace tomosweep {

/// The box of `region` in a scan of `extent` voxels: open axes span the scan. Not cut to the scan.
box3 region_box(const region_spec& region, const extent3& extent);

/// Extent of what is analysed of a scan of `extent` voxels: the region's box inside the scan, in whole cubes of the
/// binning. Zero along an axis that has no whole cube.
extent3 analysed_extent(const scan_spec& scan, const extent3& extent);

/// True when the centre of at least one voxel of `box` lies inside the cylinder.
bool meets(const cylinder_region& cylinder, const box3& box);

}  // namespace tomosweep
