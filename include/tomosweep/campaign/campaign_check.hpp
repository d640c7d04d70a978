#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tomosweep/archive/verify.hpp"

namespace tomosweep {

/// Told of each file as it has been read.
using file_watcher = std::function<void(const std::string& path, const verification& found)>;

/// Re-reads everything in the output folder of a run, and returns what is wrong, one sentence each: files that do not
/// match their checksums or cannot be read, scans of the record without results, a campaign file that is missing, lacks
/// scans or says something else than their shards, temporary files. Shards of another job or sweep are checked for
/// themselves only. Local; must not be called while MPI is in use. Throws input_error when the folder holds no record
/// of a run. Cost: reads every byte once, the figures twice.
std::vector<std::string> check_campaign(const std::string& directory, const file_watcher& watcher);

}  // namespace tomosweep
