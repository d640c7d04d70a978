#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Each reports what is wrong and returns what could be read. A mapping may come in layers: see yaml_map.

std::optional<axis> read_axis(const yaml_value& value);

/// `center:` of a mapping: two coordinates across an axis, voxels from the corner of the scan.
void read_center(const yaml_map& map, double (&center)[2]);

/// A mapping of `z`, `y` and `x`, each a half-open range of voxels.
box_region read_box(const std::vector<yaml_value>& layers);

/// A region: box, cylinder and mask. Paths count from `folder`.
region_spec read_region(const std::vector<yaml_value>& layers, const std::filesystem::path& folder);

}  // namespace tomosweep
