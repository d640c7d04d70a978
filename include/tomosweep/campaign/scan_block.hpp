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
    std::optional<grey_window> window;  ///< that grey levels were converted by
    clip_counts clipped;                ///< this rank's

    /// Of the phase in hand, where it is looked for in a part of the region only; part of `mask`.
    array3<std::uint8_t> phase_mask;

    /// The mask as kernels take it: a view of nothing keeps every voxel.
    view3<const std::uint8_t> mask_view() const {
        if (phase_mask.voxels() > 0)
            return phase_mask.view();
        return mask.voxels() > 0 ? mask.view() : view3<const std::uint8_t>();
    }
};

/// Every rank gets its own block, with the halo that preprocessing needs, by read_jointly(). A binned voxel
/// lies in a mask volume's region when all its voxels do. Grey levels pass ring removal, normalisation (whose line must
/// be known) and window before the filters; rings take another reading of whole slices, a window by the scan's own
/// percentiles another reading of the block.
/// Collective: all ranks throw when one cannot read. Peak: see preprocessed(), toned() and ring_profiles_of().
scan_block load_block(const scan_spec& scan, const scan_frame& frame, const domain& grid);

/// Region voxels of the whole volume, also by depth bin and, where it is given, by normalised depth. Collective.
region_counts count_region(const scan_block& block, const domain& grid, const depth_bins& depth,
                           const std::optional<depth_field>& normalised = {});

}  // namespace tomosweep
