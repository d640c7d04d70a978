#pragma once

#include <memory>

#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// Opens a multi-page TIFF file, or the single-page files that a glob matches, in natural order of their names.
/// ImageJ's files of more than 4 GiB, one page with all slices behind it, are read as the stack they are.
/// Values are taken as stored; 1-bit pixels become 0 for black and 1 for white. Opening looks at every page of a
/// multi-page file, but only at the first file of a stack: problems() looks at the others, and at the numbering of
/// their names. Throws input_error when the first page cannot be understood or the chain of pages is broken. Local.
std::unique_ptr<scan_source> open_tiff(const tiff_source& source);

}  // namespace tomosweep
