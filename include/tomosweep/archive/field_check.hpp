#pragma once

#include <string>
#include <vector>

#include "tomosweep/archive/checksum.hpp"
#include "tomosweep/archive/difference.hpp"

namespace tomosweep {

/// Reads all fields of a shard and adds to `report` what their checksums say: HDF5 compares every chunk with its
/// Fletcher-32 sum, and the coordinates beside the fields have a checksum each. Does nothing for a file without fields.
/// Local. Throws hdf5_error when the file cannot even be listed. Peak: one chunk's layers of a field.
void check_fields(const std::string& path, checksum_report& report);

/// Where the fields of the shard at `found` differ from those at `recorded`, bit by bit. Local. Throws hdf5_error.
/// Peak: one chunk's layers of two fields.
std::vector<difference> field_differences(const std::string& found, const std::string& recorded);

}  // namespace tomosweep
