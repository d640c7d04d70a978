#pragma once

#include <optional>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Reads `electrode:` of a job; reports what is wrong and returns what could be read.
electrode_spec read_electrode(const yaml_value& value);

}  // namespace tomosweep
