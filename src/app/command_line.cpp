#include "command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "tomosweep/campaign/shard_store.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/version.hpp"

namespace tomosweep::app {
namespace {

/// An argument as the user knows it: JOB, or --output.
std::string shown_name(const command_syntax& syntax, const std::string& name) {
    return std::ranges::find(syntax.positional, name) != syntax.positional.end() ? name : "--" + name;
}

}  // namespace

int code_of(error_kind kind) {
    switch (kind) {
        case error_kind::input: return bad_input;
        case error_kind::resource: return not_enough;
        case error_kind::interrupted: return interrupted;
        default: return internal_failure;
    }
}

command_syntax::command_syntax(std::string usage, std::string purpose, std::vector<std::string> positional)
    : usage(std::move(usage)), purpose(std::move(purpose)), positional(std::move(positional)) {}

std::optional<options::variables_map> parse(command_syntax& syntax, const arguments& given) {
    syntax.named.add_options()("help,h", "this text")("version", "the program's version");
    options::options_description all;
    all.add(syntax.named);
    options::positional_options_description order;
    for (const std::string& name : syntax.positional) {
        all.add_options()(name.c_str(), options::value<std::string>());
        order.add(name.c_str(), 1);
    }
    options::variables_map values;
    try {
        const auto parsed = options::command_line_parser(given).options(all).positional(order).run();
        for (const options::option& each : parsed.options)
            if (each.value == arguments{""})
                throw input_error("command line", shown_name(syntax, each.string_key), "an empty text", syntax.usage);
        options::store(parsed, values);
        options::notify(values);
    } catch (const options::error& failure) {
        throw input_error("command line", "", failure.what(), syntax.usage);
    }
    if (values.count("help") != 0) {
        std::cout << syntax.usage << "\n\n" << syntax.purpose << "\n\n" << syntax.named;
        return std::nullopt;
    }
    if (values.count("version") != 0) {
        fmt::print("tomosweep {} ({}, {})\n", version(), commit(), compiler());
        return std::nullopt;
    }
    return values;
}

std::string text_of(const options::variables_map& values, const std::string& name, const std::string& otherwise) {
    return values.count(name) != 0 ? values[name].as<std::string>() : otherwise;
}

std::string required(const options::variables_map& values, const command_syntax& syntax, const std::string& name) {
    if (values.count(name) == 0)
        throw input_error("command line", "", "no " + shown_name(syntax, name), syntax.usage);
    return values[name].as<std::string>();
}

std::string archive_at(const std::string& place) {
    return std::filesystem::is_directory(place) ? shard_store(place).archive_path() : place;
}

bool speaks() {
    return launched_rank().value_or("0") == "0";
}

}  // namespace tomosweep::app
