#pragma once

#include <optional>
#include <string>

#include "tomosweep/io/hdf5_file.hpp"

namespace tomosweep::io {

/// The path of the one dataset of `file` that holds the scan, searched in this order: what NeXus' chain of @default and
/// @signal leads to; /entry*/reconstruction/results/data, /exchange/data, /entry1/tomo_entry/data/data; any 3-D dataset
/// of numbers. Throws input_error, with the candidates, when a step finds several, or none does any.
std::string find_scan_dataset(const hdf5_id& file, const std::string& path);

/// Edge of a voxel in um: the attribute element_size_um, or the spacing of the coordinates that the NXdata group around
/// the dataset names in @axes. nullopt unless all three axes are given in a length unit, even and equal.
std::optional<double> hdf5_voxel_size_um(const hdf5_id& file, const hdf5_id& dataset);

}  // namespace tomosweep::io
