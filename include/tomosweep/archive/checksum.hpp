#pragma once

#include <string>
#include <vector>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// XXH3 (128 bits, seed 0) of a variable's values as 32 lower-case hexadecimal digits: numbers little-endian and
/// row-major, texts as UTF-8 with a zero byte behind each. Pure. Cost: one pass, several GB/s.
std::string checksum_of(const variable& what);

/// The same of everything else that a group says for itself: its attributes, dimensions, the names and descriptions of
/// its variables, the names of the groups in it. docs/archive.md says in which bytes. Pure.
std::string checksum_of(const data_group& group);

/// What came of comparing a file with the checksums that it carries.
struct checksum_report {
    index_t checked = 0;                  ///< variables and groups that carry one
    std::vector<std::string> mismatches;  ///< places whose content is not what was written
    std::vector<std::string> without;     ///< places that carry none; all of them in archives of schema 1

    /// One sentence per place that is not as it was written; a single place without a checksum has lost it.
    std::vector<std::string> findings() const;
};

}  // namespace tomosweep
