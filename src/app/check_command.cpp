#include <fmt/format.h>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/campaign/inspection.hpp"
#include "tomosweep/campaign/job_error.hpp"
#include "tomosweep/core/counted.hpp"

namespace tomosweep::app {
namespace {

/// The file's content, or nothing when it cannot be understood: then its problems are in the list.
template <class Load>
auto load_noting(Load&& load, std::vector<problem>& problems) {
    using loaded = std::invoke_result_t<Load>;
    try {
        return std::optional<loaded>(load());
    } catch (const job_error& failure) {
        problems.insert(problems.end(), failure.problems().begin(), failure.problems().end());
        return std::optional<loaded>();
    }
}

}  // namespace

int check(const arguments& given) {
    command_syntax syntax{"tomosweep check JOB.yaml [SWEEP.yaml]",
                          "Finds everything that is wrong with a job and can be known without computing: keys, files, "
                          "headers, sizes, units. Lists all of it.",
                          {"JOB", "SWEEP"}};
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    std::vector<problem> problems;
    const std::string job_path = required(*values, syntax, "JOB"), sweep_path = text_of(*values, "SWEEP");
    const auto job = load_noting([&] { return load_job(job_path); }, problems);
    const auto sweep =
        load_noting([&] { return sweep_path.empty() ? sweep_spec{} : load_sweep(sweep_path); }, problems);
    if (job)
        for (const problem& found : inspect_campaign(*job, sweep.value_or(sweep_spec{})).all())
            problems.push_back(found);
    for (const problem& each : problems)
        fmt::print(stderr, "{}\n", sentence(each));
    if (!job || !problems.empty()) {
        fmt::print(stderr, "{} found\n", counted(std::ssize(problems), "problem"));
        return bad_input;
    }
    fmt::print("{}: {}, nothing wrong\n", job_path, counted(std::ssize(job->scans), "scan"));
    return all_done;
}

}  // namespace tomosweep::app
