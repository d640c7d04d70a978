#pragma once

#include <optional>

#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/core/grey.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// A rank's block of the analysed volume: grey levels after preprocessing and, unless the region is a plain box, the
/// region's mask (0 outside).
struct scan_block {
    grey_volume grey;
    array3<std::uint8_t> mask;
    /// This rank's share of voxel_hash() of the scan and of its mask volume, over the voxels that are analysed.
    std::uint64_t grey_hash = 0, mask_hash = 0;

    /// The mask as kernels take it: a view of nothing keeps every voxel.
    view3<const std::uint8_t> mask_view() const {
        return mask.voxels() > 0 ? mask.view() : view3<const std::uint8_t>();
    }
};

/// Every rank reads its own block, with the halo that preprocessing needs, straight from the source. A binned voxel
/// lies in a mask volume's region when all its voxels do.
/// Collective: all ranks throw when one cannot read. Peak: see preprocessed().
scan_block load_block(const scan_spec& scan, const scan_frame& frame, const domain& grid);

/// Region voxels of the whole volume, also by depth bin and, where it is given, by normalised depth. Collective.
region_counts count_region(const scan_block& block, const domain& grid, const depth_bins& depth,
                           const std::optional<depth_field>& normalised = {});

}  // namespace tomosweep
