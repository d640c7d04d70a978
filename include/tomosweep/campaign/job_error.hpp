#pragma once

#include <string>
#include <vector>

#include "tomosweep/core/error.hpp"

namespace tomosweep {

/// One thing that is wrong with a job, a sweep, or what they point to.
struct problem {
    std::string file;
    int line = 0;          ///< in `file`, from 1; 0 when it concerns the file as a whole
    std::string key;       ///< path of the key, such as scans[2].source.shape; may be empty
    std::string found;     ///< what stands there
    std::string accepted;  ///< what would be accepted, or what to do about it

    friend bool operator==(const problem&, const problem&) = default;
};

/// One line: "job.yaml:12: scans[0].cycle: found 'one'; accepted: a whole number".
std::string sentence(const problem& problem);

/// Everything that is wrong with the user's YAML, at once. The fields of input_error describe the first problem;
/// what() has one line per problem.
class job_error : public input_error {
public:
    /// `problems` must not be empty.
    explicit job_error(std::vector<problem> problems);

    const std::vector<problem>& problems() const { return problems_; }
    const char* what() const noexcept override { return message_.c_str(); }

private:
    std::vector<problem> problems_;
    std::string message_;
};

}  // namespace tomosweep
