#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tomosweep {

/// How new files of the output folder are spread over the storage targets of a Lustre file system; the names are those
/// of the hints that MPI reserves for it.
struct striping_hints {
    std::int64_t striping_factor = 0;  ///< storage targets per file; -1: all; 0: the file system's choice
    std::int64_t striping_unit = 0;    ///< bytes on one target before the next; 0: the file system's choice
};

/// What a computing centre asks for and offers, as a site file says it. Every text is free of control characters, so
/// that it stays within its line of a script.
struct site_spec {
    using pairs = std::vector<std::pair<std::string, std::string>>;

    std::string file;
    std::string partition, account, qos, constraint, reservation;  ///< empty: the centre's default
    int cores_per_node = 1;
    double bytes_per_node = 0;  ///< that jobs may use
    int nodes_at_most = 1;      ///< of one job
    int tasks_at_once = 4;      ///< of one array
    std::int64_t longest_s = 0;
    std::int64_t warning_s =
        300;  ///< before the end, that ranks need to reach a safe point; half of short jobs at most
    std::vector<std::string> launcher{"srun", "--mpi=pmix"};
    std::vector<std::string> modules;
    pairs environment;
    striping_hints hints;
};

/// Reads and validates a site file. Throws job_error, which lists every problem with line, key, what was found, what is
/// accepted, and the nearest known key. Local.
site_spec load_site(const std::string& path);

/// The same from a text that is at hand already; `path` is for messages.
site_spec parse_site(const std::string& text, const std::string& path);

}  // namespace tomosweep
