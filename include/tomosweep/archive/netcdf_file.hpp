#pragma once

#include <string>
#include <vector>

#include "tomosweep/archive/checksum.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// Writes `root` to `path` as plain netCDF-4 that xarray, netCDF4, h5netcdf, ncdump and h5py open. The file is whole or
/// absent whenever the program dies; an older file at `path` is replaced in one step. Number arrays from 64 KiB on are
/// shuffled and deflated. Every variable of doubles names NaN as its missing value, except coordinates.
/// Local. The root group called `fields` is reserved (see field_file.hpp). Costs once the file's size in memory.
/// Throws resource_error naming the path when there is no space or no right to write, internal_error when `root`
/// contradicts itself, hdf5_error.
void write_netcdf(const std::string& path, const data_group& root);

/// Reads what write_netcdf() or shard_writer wrote: equal to the group that was written, NaN bit by bit. Skips the root
/// group `fields`. Local. Throws input_error when the file is missing, is not HDF5 or was not written by tomosweep,
/// hdf5_error when it is damaged.
data_group read_netcdf(const std::string& path);

/// The same, and in `checksums` what the checksums in the file say about what was read.
data_group read_netcdf(const std::string& path, checksum_report& checksums);

/// Reads a file whose content must be what was written: throws input_error, too, when it does not match its checksums.
/// An archive without any passes.
data_group read_sound_netcdf(const std::string& path);

/// The attributes of the group at `place`, such as /process/SCAN; nothing else is read. Local. Throws as read_netcdf()
/// does; an empty list when there is no such group.
std::vector<attribute> read_group_attributes(const std::string& path, const std::string& place);

/// Gives the group at `place`, which holds nothing but attributes, these instead. Everything else in the file, fields
/// included, stays as it is: a copy is changed and takes the name in one step. Local. Cost: a copy of the file. Throws
/// as read_netcdf() and write_netcdf() do.
void replace_group_attributes(const std::string& path, const std::string& place,
                              const std::vector<attribute>& attributes);

}  // namespace tomosweep
