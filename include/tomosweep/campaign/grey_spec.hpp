#pragma once

#include <array>
#include <optional>
#include <string>

#include "tomosweep/core/index.hpp"
#include "tomosweep/kernels/tone.hpp"

namespace tomosweep {

/// Half-open box in voxels of the source; an axis that the user leaves out spans the whole scan (hi = -1 until known).
struct box_region {
    box3 box{{0, 0, 0}, {-1, -1, -1}};
};

/// From which scans a histogram is pooled.
enum class rule_scope : std::uint8_t { scan, sample, campaign };

/// How the two greys are found by which scans are compared: medians of two boxes in known materials, or medians of the
/// two classes that Otsu's threshold makes in one box.
enum class anchor_method : std::uint8_t { materials, histogram };

/// Two greys of one scan that stand for the same two things in all scans.
struct grey_anchors {
    double dark = 0;
    double bright = 0;
};

/// Grey normalisation: the line that takes the scan's anchors to those of a reference.
struct normalise_spec {
    anchor_method by = anchor_method::materials;
    std::array<box_region, 2> materials;  ///< dark, bright
    box_region box;                       ///< of the histogram
    std::string reference;                ///< id of the scan whose anchors are taken over; empty where greys are stated
    grey_anchors greys;                   ///< stated
    std::optional<grey_anchors> found;    ///< in this scan, known once they have been looked for
    std::optional<grey_line> line;        ///< likewise
};

/// Conversion to whole grey levels of 8 or 16 bits.
struct grey_window_spec {
    int bits = 8;
    std::optional<grey_anchors> range;                 ///< as stated, or once it is known
    std::optional<std::array<double, 2>> percentiles;  ///< of the region's grey levels, instead of a stated range
    rule_scope scope = rule_scope::scan;               ///< whose grey levels
};

/// What is done to grey levels before any filter: rings, normalisation, window, in this order.
struct grey_spec {
    std::optional<ring_spec> rings;
    std::optional<normalise_spec> normalise;
    std::optional<grey_window_spec> window;
};

/// The same as far as it is known: what still has to be looked for is left out. Pure.
grey_tone tone_of(const grey_spec& grey);

/// Number format of the grey levels that are analysed. Pure.
dtype analysed_type(const grey_spec& grey, dtype source);

}  // namespace tomosweep
