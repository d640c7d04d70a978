#include "tomosweep/campaign/job_error.hpp"

#include <utility>

#include <fmt/format.h>

namespace tomosweep {
namespace {

const problem& first_of(const std::vector<problem>& problems) {
    require(!problems.empty(), "a job_error has at least one problem");
    return problems.front();
}

std::string place_in_file(const problem& problem) {
    if (problem.line == 0)
        return problem.key;
    return fmt::format("line {}{}{}", problem.line, problem.key.empty() ? "" : ": ", problem.key);
}

}  // namespace

std::string sentence(const problem& problem) {
    std::string text = problem.file;
    if (problem.line > 0)
        text += fmt::format(":{}", problem.line);
    if (!problem.key.empty())
        text += fmt::format("{}{}", text.empty() ? "" : ": ", problem.key);
    text += fmt::format(": found {}", problem.found);
    if (!problem.accepted.empty())
        text += fmt::format("; accepted: {}", problem.accepted);
    return text;
}

job_error::job_error(std::vector<problem> problems)
    : input_error(first_of(problems).file, place_in_file(first_of(problems)), first_of(problems).found,
                  first_of(problems).accepted),
      problems_(std::move(problems)) {
    for (const problem& each : problems_) {
        if (!message_.empty())
            message_ += '\n';
        message_ += sentence(each);
    }
}

}  // namespace tomosweep
