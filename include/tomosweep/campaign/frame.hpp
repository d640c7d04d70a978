#pragma once

#include <cstdint>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/core/grey.hpp"

namespace tomosweep {

/// Which voxels of a source are analysed, and on which grid: everything about a scan that its header decides.
struct scan_frame {
    extent3 source_extent;
    dtype type = dtype::uint8;
    box3 region;               ///< voxels of the source
    extent3 volume;            ///< the analysed volume: the region after binning, incomplete cubes dropped
    double voxel_size_um = 0;  ///< of the analysed volume
    std::uint64_t inputs = 0;  ///< the files behind it and its mask as they were first seen: inputs_hash()
};

/// The frame of a scan whose source has the given extent and type. Throws input_error for a region that leaves the
/// source or holds no voxel after binning, and for a volume too long for 32-bit squared distances. Pure.
scan_frame frame_of(const scan_spec& scan, const extent3& source_extent, dtype type, const std::string& job_file);

/// The cylinder in voxels of the analysed volume: lengths count from its corner and scale with binning. Pure.
cylinder in_volume(cylinder shape, const scan_frame& frame, index_t binning);

/// Extent of the analysed volume along the depth axis, um.
double depth_extent_um(const scan_frame& frame, const depth_spec& depth);

/// Which depth bin each layer of the volume falls into when `depth.bins` equal bins share `campaign_extent_um`, the
/// largest depth extent of the campaign: bin edges are the same for all scans. Pure.
depth_bins bins_of(const scan_frame& frame, const depth_spec& depth, double campaign_extent_um);

}  // namespace tomosweep
