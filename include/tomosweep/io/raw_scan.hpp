#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// Opens a headerless file, which must hold exactly offset + voxels * bytes per voxel bytes. Throws input_error
/// otherwise; where the length fits another dtype, a header or another number of slices, the error says so. Local.
std::unique_ptr<scan_source> open_raw(const raw_source& source);

namespace io {

/// What an info file beside the voxels adds to a raw scan.
struct raw_companion {
    std::string info_path;
    std::optional<double> voxel_size_um;
};
std::unique_ptr<scan_source> open_raw(const raw_source& source, const raw_companion& companion);

}  // namespace io
}  // namespace tomosweep
