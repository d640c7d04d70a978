#pragma once

#include <string>
#include <vector>

namespace tomosweep::app {

/// The volumes that --fields asks for, by their names in the archive. Throws input_error.
std::vector<std::string> fields_of(const std::string& list);

}  // namespace tomosweep::app
