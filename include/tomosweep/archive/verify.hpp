#pragma once

#include <string>
#include <vector>

namespace tomosweep {

/// What came of re-reading one archive.
struct verification {
    bool signed_content = false;        ///< it carries checksums
    std::vector<std::string> findings;  ///< what does not match or cannot be read, one sentence each
};

/// Re-reads a shard or a campaign file from end to end and compares it with the checksums in it. A damaged file may
/// make the HDF5 library crash or run away: it is read in a child process, whose end by a signal is a finding.
/// Local; must not be called while MPI is in use. Throws resource_error when no process can be started.
verification verify_file(const std::string& path);

}  // namespace tomosweep
