#pragma once

#include <string>
#include <vector>

namespace tomosweep::app {

struct finished_process {
    int code = 0;        ///< exit code; 127 when there is no such program, 128 + the signal that ended it
    std::string output;  ///< what it wrote to its standard output
};

/// Runs a program, found on the PATH, in `folder` and waits for its end. No shell has a part in it; standard error
/// stays this program's. Throws resource_error when no process can be started.
finished_process run_program(const std::vector<std::string>& words, const std::string& folder);

}  // namespace tomosweep::app
