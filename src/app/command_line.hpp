#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"

namespace tomosweep::app {

namespace options = boost::program_options;

/// What a subcommand takes: named options and positional ones, described once for parsing and for --help.
struct command_syntax {
    /// `usage` such as "tomosweep run JOB.yaml [SWEEP.yaml] [options]", what the command does in one line, and the
    /// names of its positional arguments in order.
    command_syntax(std::string usage, std::string purpose, std::vector<std::string> positional);

    std::string usage, purpose;
    options::options_description named{"Options"};
    std::vector<std::string> positional;
};

/// Parses `given`; nothing when --help or --version was asked for and has been answered. Throws input_error, whose
/// accepted part is the usage. A text that is given and empty is a mistake: an unset variable of a script.
std::optional<options::variables_map> parse(command_syntax& syntax, const arguments& given);

/// The text of an option, or `otherwise` when it was not given.
std::string text_of(const options::variables_map& values, const std::string& name, const std::string& otherwise = {});

/// The argument `name`, which the command cannot do without. Throws input_error.
std::string required(const options::variables_map& values, const command_syntax& syntax, const std::string& name);

/// `place`, or, where that is the output folder of a run, the archive in it.
std::string archive_at(const std::string& place);

/// True on the one process of an mpirun or srun that speaks for commands which need no MPI, and outside of them.
bool speaks();

}  // namespace tomosweep::app
