#pragma once

#include <functional>

#include "tomosweep/core/grey.hpp"

namespace tomosweep {

/// Applied in this order: median, Gaussian, binning (mean over cubes).
struct preprocess_spec {
    index_t median_radius = 0;  ///< voxels; the window has (2 radius + 1)^3 voxels
    double gaussian_sigma = 0;  ///< voxels
    index_t binning = 1;        ///< edge of the averaged cubes, voxels

    friend bool operator==(const preprocess_spec&, const preprocess_spec&) = default;
};

/// Reads any box of the scan, in its own voxels.
using box_reader = std::function<grey_volume(const box3&)>;

/// Voxels of the scan that become the box `wanted`, whose indices count cubes of `binning` voxels from the corner of
/// `region`. Region {10, 10, 10}, binning 2: the wanted box [3, 5) is [16, 20) of the scan.
box3 source_box(const box3& region, const box3& wanted, index_t binning);

/// Voxels of the scan that preprocessed() reads: source_box() grown by what the filters look at, cut to the scan.
box3 preprocess_input(const extent3& scan_extent, const box3& region, const box3& wanted, const preprocess_spec& spec);

/// The grey levels of `wanted` after median, Gaussian and binning, in the scan's number format. `wanted` is given in
/// binned voxels relative to the corner of `region` and must lie in binned_extent() of the region. Filters see the scan
/// beyond the region; only the border of the scan is mirrored. Calls `read` once, with preprocess_input(). The same
/// bits for any split of the region into boxes. Local. Throws internal_error for a box outside the region, and what
/// `read` throws. Peak: the block read plus one block of the same size when there is something to filter.
grey_volume preprocessed(const box_reader& read, const extent3& scan_extent, const box3& region, const box3& wanted,
                         const preprocess_spec& spec);

}  // namespace tomosweep
