#pragma once

#include <cstdint>
#include <optional>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/kernels/rings.hpp"

namespace tomosweep {

/// Grey g becomes gain g + offset.
struct grey_line {
    double gain = 1;
    double offset = 0;

    friend bool operator==(const grey_line&, const grey_line&) = default;
};

/// Grey levels from `low` to `high` become 0 to 2^bits - 1.
struct grey_window {
    double low = 0;
    double high = 1;
    int bits = 8;  ///< 8 or 16

    friend bool operator==(const grey_window&, const grey_window&) = default;
};

/// What is done to the grey level of every voxel by itself, in this order and with one rounding at the end.
struct grey_tone {
    std::optional<ring_spec> rings;
    grey_line line;
    std::optional<grey_window> window;

    bool changes_nothing() const { return !rings && line == grey_line{} && !window; }
};

/// How many voxels the end of the number format or of the window cut off.
struct clip_counts {
    std::int64_t voxels = 0;  ///< that were looked at
    std::int64_t below = 0;
    std::int64_t above = 0;
};

/// Which voxels count as clipped ones: those of `box` (in voxels of the scan) where `mask` is not 0; its voxels are
/// cubes of `binning` from the corner of the box. A mask that is a view of nothing keeps all.
struct clip_region {
    box3 box;
    view3<const std::uint8_t> mask;
    index_t binning = 1;
};

/// The number format that a scan of `source` has after `tone`.
dtype type_after(const grey_tone& tone, dtype source);

/// The voxels of `box` of the scan after `tone`: g less the ring artefact at its place in `rings` (which holds the
/// slices of the box; not used without tone.rings), then gain g + offset, then
///     (g - low) / (high - low) (2^bits - 1)
/// computed in double and rounded once: integers to the nearest level, half up, and cut to their format's range.
/// Without a window the number format stays. Adds to `clipped` the voxels of `counted` beyond the window (g < low, g >
/// high) or, without one, beyond the format's range. Local. The same bits for any box. Cost: 1 to 3 ns per voxel, with
/// rings
/// 5. Peak: the result where the number format changes.
grey_volume toned(grey_volume grey, const box3& box, const grey_tone& tone, const ring_profiles& rings,
                  const clip_region& counted, clip_counts& clipped);

}  // namespace tomosweep
