#pragma once

#include "tomosweep/archive/handle.hpp"

namespace tomosweep::archive {

/// Whether HDF5 can be kept from writing chunks that it only has to find a place for. The interface for that changed in
/// HDF5 1.13; later versions write placeholders, which must reach the disk before anything else is written there.
inline constexpr bool writes_placeholders = H5_VERS_MAJOR > 1 || H5_VERS_MINOR >= 13;

/// file_access() for rank 0, which allots the chunks that all ranks write: HDF5 does everything to the file but write
/// values of datasets.
property_handle index_access(const checker& check);

}  // namespace tomosweep::archive
