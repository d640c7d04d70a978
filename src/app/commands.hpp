#pragma once

#include <string>
#include <vector>

#include "tomosweep/core/error.hpp"

namespace tomosweep::app {

/// What the program returns; see docs/operations.md. Interrupted runs ask to be run again.
enum exit_code : int {
    all_done = 0,
    internal_failure = 1,
    bad_input = 2,
    some_failed = 3,
    not_enough = 4,
    interrupted = 75
};

/// The exit code that an error of this kind ends the program with.
int code_of(error_kind kind);

using arguments = std::vector<std::string>;

/// Each runs one subcommand on the arguments behind its name and returns the exit code. They throw tomosweep::error.
int run(const arguments& given);
int check(const arguments& given);
int plan(const arguments& given);
int submit(const arguments& given);
int phantom(const arguments& given);
int status(const arguments& given);
int merge(const arguments& given);
int export_table(const arguments& given);
int verify(const arguments& given);
int reproduce(const arguments& given);

}  // namespace tomosweep::app
