#pragma once

#include <functional>

#include "tomosweep/grid/domain.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// The voxels of a scan that are needed for a block of the analysed volume, none for an empty one. What a box of blocks
/// needs is the box around what each of them needs.
using input_box = std::function<box3(const box3& block)>;

/// Every rank gets the scan's voxels in input_of(its own block). Ranks read for themselves, unless a cut along y or x
/// would make them read the same grains (scan_source::grain()) again and again: then those that share a range of z read
/// different slices, as many grains each in every round, and hand each other what they need, so that a slice is opened
/// and decompressed once. Charges what this rank reads to the grid's ledger.
/// Collective: all ranks throw when one cannot read. Peak: the box; besides it in a round up to three times an eighth
/// of it or 256 MiB, whichever is less, but a layer of grains at least.
grey_volume read_jointly(const domain& grid, const scan_source& source, const input_box& input_of);

}  // namespace tomosweep
