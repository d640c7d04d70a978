#pragma once

#include <string>
#include <vector>

#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {

/// What a bug report needs.
struct failure_record {
    std::string scan;  ///< empty when it was not about one
    std::int64_t thresholds_done = 0, thresholds = 0;
    int rank = 0;
    error_kind kind = error_kind::internal;
    std::string message;
    std::vector<attribute> provenance;  ///< versions, command, job, sweep, host: see provenance_of()
};

/// Keeps the record as DIR/failures/SCAN-HASH.json ("run" without a scan); the same failure again replaces its file.
/// Returns the path, empty when it could not be written: a failure must not hide behind that of its record. Local.
std::string keep_failure(const failure_record& record, const std::string& directory) noexcept;

}  // namespace tomosweep
