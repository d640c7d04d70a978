#pragma once

#include <vector>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/grey.hpp"

namespace tomosweep {

/// Where a phase lies relative to its threshold: grey <= t, grey > t, or low < grey <= high.
enum class phase_side : std::uint8_t { below, above, between };

/// The thresholds of a chain of nested phases, the smallest phase first, so that a threshold's place is its class:
/// `below` and `between` (the high thresholds, over one fixed `low`) ascending, `above` descending.
struct phase_chain {
    phase_side where = phase_side::below;
    std::vector<double> thresholds;
    double low = 0;  ///< of `between` only

    friend bool operator==(const phase_chain&, const phase_chain&) = default;
};

/// Throws internal_error unless the chain has 1 to max_phases thresholds, none NaN, in the order that nests the phases.
/// Equal thresholds may follow each other; the classes of all but the first of them stay empty.
void check_chain(const phase_chain& chain);

/// Class of one grey level that lies in the region.
class_t class_of(const phase_chain& chain, double grey);

/// Class of every voxel of `grey` (see core/classes.hpp): the first phase of the chain that holds it, class_background
/// when none does, class_outside where `mask`, of the same extent, is 0. A mask that is a view of nothing keeps every
/// voxel. Grey levels and thresholds are compared exactly, as doubles. Local. Throws internal_error as check_chain()
/// does, and when the extents differ. Cost: one look-up (8 and 16 bit) or log2(phases) + 1 comparisons (float) per
/// voxel. Peak: the result, 1 byte per voxel.
array3<class_t> classify(const grey_volume& grey, const phase_chain& chain, view3<const std::uint8_t> mask = {});

/// The same of grey levels that are given up: `grey` holds nothing afterwards, and of 8 bits it becomes the result.
array3<class_t> classify(grey_volume&& grey, const phase_chain& chain, view3<const std::uint8_t> mask = {});

}  // namespace tomosweep
