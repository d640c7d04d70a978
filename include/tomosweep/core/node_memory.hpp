#pragma once

#include <string>

namespace tomosweep {

/// Memory that can still be taken, and what sets that bound.
struct memory_bound {
    double bytes = 0;    ///< 0 when nothing is known
    std::string source;  ///< for messages: "free memory of the node", "cgroup /job_7 (memory.max)"
};

/// What all processes of this node may take together: the least of the node's free memory, of what every control group
/// (versions 1 and 2) around this process leaves, and of what SLURM has granted. Files in the page cache count as
/// free. `root` stands before /proc and /sys, for tests. Local.
memory_bound node_memory(const std::string& root = "");

/// What this process may still take by its own limits (ulimit -v, -d); 0 bytes when it has none. Local.
memory_bound process_memory();

/// The smaller of two bounds, of which unknown ones do not count. Pure.
memory_bound tighter(const memory_bound& a, const memory_bound& b);

}  // namespace tomosweep
