#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// Opens a PyHST2 volume, PATH (.vol or .raw) described by PATH.info: shape, byte order, voxel size. The voxels are of
/// the type that the info file names, otherwise float32 or what else the file's length says. Throws input_error, naming
/// the line of the info file, or the lengths. Local.
std::unique_ptr<scan_source> open_vol(const vol_source& source);

namespace io {

/// What a PyHST2 info file says.
struct vol_info {
    extent3 shape;
    byte_order order = byte_order::little;
    std::optional<double> voxel_size_um;
    std::optional<dtype> type;
};

/// Reads the text of the info file `path`: lines `key = value`, whatever their case and spaces; lines that begin with !
/// or # are comments; other keys (ValMin, s1, ...) are of no concern. Throws input_error with the line.
vol_info parse_vol_info(const std::string& path, const std::string& text);

}  // namespace io
}  // namespace tomosweep
