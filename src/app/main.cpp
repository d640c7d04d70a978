#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "commands.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/version.hpp"

namespace {

using namespace tomosweep;

struct command {
    std::string_view name;
    int (*run)(const app::arguments&);
    std::string_view purpose;
};

constexpr command commands[] = {
    {"run", app::run, "analyse a campaign; goes on where an earlier run stopped"},
    {"check", app::check, "find everything that is wrong with a job before computing"},
    {"plan", app::plan, "predict memory, time and layout, and write an #SBATCH header"},
    {"submit", app::submit, "plan a campaign for a cluster and submit it to SLURM"},
    {"phantom", app::phantom, "write a synthetic campaign with its ground truth"},
    {"status", app::status, "how far a campaign has come"},
    {"merge", app::merge, "build campaign.h5 from the scans that are complete"},
    {"export", app::export_table, "write an archive's figures as one CSV table"},
    {"verify", app::verify, "re-read archives and say what is not as it was written"},
    {"reproduce", app::reproduce, "run the recorded analysis of a scan again and compare"},
};

void print_help() {
    fmt::print(
        "tomosweep: figures of large tomography campaigns for every threshold and resolution limit\n\n"
        "usage: tomosweep COMMAND [arguments]; every command has --help and --version\n\n");
    for (const command& each : commands)
        fmt::print("  {:<9}  {}\n", each.name, each.purpose);
}

int dispatch(const app::arguments& given) {
    if (given.size() > 1 && given[0] == "help")
        return dispatch({given[1], "--help"});
    if (given.empty() || given[0] == "--help" || given[0] == "-h" || given[0] == "help") {
        print_help();
        return given.empty() ? app::bad_input : app::all_done;
    }
    if (given[0] == "--version") {
        fmt::print("tomosweep {} ({}, {})\n", version(), commit(), compiler());
        return app::all_done;
    }
    for (const command& each : commands)
        if (each.name == given[0])
            return each.run({given.begin() + 1, given.end()});
    throw input_error("command line", "", "the command '" + given[0] + "'",
                      "run, check, plan, submit, phantom, status, merge, export, verify or reproduce");
}

std::atomic<bool> memory_refused{false};

void note_refused_memory() {
    memory_refused = true;
    throw std::bad_alloc();
}

/// A failure that no handler could see, such as lack of memory in a thread or in a parallel loop: told and coded like
/// any other. The launcher ends the other ranks; MPI is not called, as this may be any thread.
[[noreturn]] void end_at_once() {
    try {
        if (const auto failure = std::current_exception())
            std::rethrow_exception(failure);
    } catch (const error& failure) {
        fmt::print(stderr, "tomosweep: {}\n", failure.what());
        std::_Exit(app::code_of(failure.kind()));
    } catch (...) {
    }
    // What left a parallel loop cannot be looked at.
    if (memory_refused) {
        std::fputs("tomosweep: not enough memory\n", stderr);
        std::_Exit(app::not_enough);
    }
    std::abort();
}

}  // namespace

int main(int argc, char** argv) {
    std::set_new_handler(note_refused_memory);
    std::set_terminate(end_at_once);
    try {
        return dispatch({argv + 1, argv + argc});
    } catch (const error& failure) {
        fmt::print(stderr, "tomosweep: {}\n", failure.what());
        return app::code_of(failure.kind());
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "tomosweep: not enough memory\n");
        return app::not_enough;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "tomosweep: internal error: {}\n", failure.what());
        return app::internal_failure;
    }
}
