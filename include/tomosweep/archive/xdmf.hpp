#pragma once

#include <string>

#include "tomosweep/archive/field_file.hpp"

namespace tomosweep {

/// XDMF 2 text that shows the fields of the shard called `file` (a name relative to the text's own place) in ParaView:
/// one time series per phase whose time is the threshold, cells of voxel_size_um on a regular grid. Local.
std::string xdmf_text(const std::string& file, const field_layout& layout);

/// Writes xdmf_text() beside the shard at `path`, with the ending .xmf; whole or absent. Local. Throws resource_error.
void write_xdmf(const std::string& path, const field_layout& layout);

}  // namespace tomosweep
