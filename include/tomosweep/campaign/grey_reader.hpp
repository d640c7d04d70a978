#pragma once

#include "tomosweep/campaign/grey_spec.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Reads `rings`, `normalise` and `grey_window` of a scan's `preprocess:`, whose layers are merged key by key. Reports
/// what is wrong and returns what could be read.
grey_spec read_grey(const yaml_map& preprocess);

/// `scan`, `sample` or `campaign`.
std::optional<rule_scope> read_scope(const yaml_value& value);

}  // namespace tomosweep
