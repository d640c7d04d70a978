#pragma once

#include <memory>

#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// Opens a 3-D dataset (axes of length 1 before the three are skipped), contiguous, chunked, compressed or virtual, of
/// uint8, uint16, int16, float32 or h5py's bool, in either byte order. An empty `dataset` means it is searched, see
/// io::find_scan_dataset(). Missing files behind a virtual dataset are errors, not zeros. Throws input_error. Local;
/// HDF5 is not thread-safe, so one thread of a process at a time.
std::unique_ptr<scan_source> open_hdf5(const hdf5_source& source);

}  // namespace tomosweep
