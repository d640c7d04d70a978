#pragma once

#include <vector>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// One campaign from the archives of its scans, in the given order. In every group, at any depth:
///   - variables with the dimension `scan` are joined along it, and the dimension is as long as all of them together;
///   - all other variables and dimensions must be equal in all shards (NaN equals NaN) and are kept once;
///   - attributes are kept where all shards agree, and dropped where they differ;
///   - figures that shards of an earlier schema lack are NaN for their scans;
///   - groups that only some shards have, such as /tables/SCAN and /process/SCAN, stand side by side.
/// Fields are not copied: shards carry the variable `fields_file` (scan), the file that holds them relative to the
/// campaign's folder, which is joined like any other. (An HDF5 external link would spare users a step, but netCDF-C
/// mixes up the dimension numbers of the two files, and h5netcdf cannot follow it.) Local. Throws input_error naming
/// the scan and the variable or dimension that does not fit the first shard, or a scan that comes twice.
data_group merge_scans(std::vector<data_group> shards);

/// The same for what changed between pairs of scans, along the dimension `pair`. Pairs of an earlier schema get the
/// axis of resolution limits, and are left out beside present ones whose limits are others than 0 alone.
data_group merge_pairs(std::vector<data_group> pairs);

/// Gives figures of pairs, and of phases in groups below, the axis of resolution limits where they lack it, as those of
/// schema 2 do: one limit, 0. Pure.
void add_limit_axis(data_group& changes);

}  // namespace tomosweep
