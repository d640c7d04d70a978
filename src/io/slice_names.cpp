#include "tomosweep/io/slice_names.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "tomosweep/core/error.hpp"

namespace tomosweep::io {
namespace {

constexpr std::size_t most_listed = 20;
constexpr std::size_t most_digits = 18;  // what fits 63 bits
constexpr char number_mark = '/';        // stands for a number in a pattern: the one character that no name holds

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// The digits that `text` begins with.
std::string_view leading_digits(std::string_view text) {
    return text.substr(0,
                       static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin()));
}

std::string_view without_leading_zeros(std::string_view digits) {
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

/// A file name with every run of digits replaced by `number_mark`, and the numbers that stood there.
struct numbered_name {
    std::string pattern;
    std::vector<std::int64_t> numbers;
};

numbered_name parse(const std::string& path) {
    const std::string name = std::filesystem::path(path).filename().string();
    numbered_name parsed;
    for (std::string_view rest = name; !rest.empty();) {
        const std::string_view digits = leading_digits(rest);
        if (digits.empty() || without_leading_zeros(digits).size() > most_digits) {
            const std::size_t length = std::max<std::size_t>(1, digits.size());
            parsed.pattern += rest.substr(0, length);
            rest.remove_prefix(length);
        } else {
            parsed.pattern += number_mark;
            parsed.numbers.push_back(std::stoll(std::string(digits)));
            rest.remove_prefix(digits.size());
        }
    }
    return parsed;
}

/// As a user would write the pattern: s#.tif.
std::string shown(std::string pattern) {
    std::replace(pattern.begin(), pattern.end(), number_mark, '#');
    return pattern;
}

/// The names that share the most frequent pattern, and the paths of the others.
struct stack_names {
    std::vector<numbered_name> names;
    std::vector<std::string> strangers;
};

stack_names most_alike(const std::vector<std::string>& paths) {
    std::map<std::string, std::size_t> count;
    for (const std::string& path : paths)
        ++count[parse(path).pattern];
    const auto most =
        std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    stack_names stack;
    for (const std::string& path : paths)
        if (numbered_name name = parse(path); name.pattern == most->first)
            stack.names.push_back(std::move(name));
        else
            stack.strangers.push_back(path);
    return stack;
}

/// The place of the only number that varies; none when no number or more than one does.
std::optional<std::size_t> counting_number(const std::vector<numbered_name>& names) {
    std::optional<std::size_t> counting;
    for (std::size_t at = 0; at < names.front().numbers.size(); ++at) {
        const bool varies = std::any_of(names.begin(), names.end(), [&](const numbered_name& name) {
            return name.numbers[at] != names.front().numbers[at];
        });
        if (varies && counting)
            return std::nullopt;
        if (varies)
            counting = at;
    }
    return counting;
}

std::string listed(const std::vector<std::int64_t>& numbers) {
    const std::vector<std::int64_t> first(
        numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(std::min(numbers.size(), most_listed)));
    return fmt::format("{}{}", fmt::join(first, ", "), numbers.size() > most_listed ? ", ..." : "");
}

/// Every step-th number is a whole series too: its step is the smallest difference.
void report_gaps(const std::string& folder, const std::vector<std::int64_t>& numbers,
                 std::vector<std::string>& problems) {
    std::int64_t step = 0;
    std::vector<std::int64_t> twice;
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        const std::int64_t difference = numbers[i] - numbers[i - 1];
        if (difference == 0)
            twice.push_back(numbers[i]);
        else if (step == 0 || difference < step)
            step = difference;
    }
    std::vector<std::int64_t> missing;
    for (std::size_t i = 1; i < numbers.size(); ++i)
        for (std::int64_t number = numbers[i - 1] + step;
             step > 0 && number < numbers[i] && missing.size() <= most_listed; number += step)
            missing.push_back(number);
    if (!missing.empty())
        problems.push_back(
            fmt::format("{}: the numbering of the slices has gaps, missing: {}", folder, listed(missing)));
    if (!twice.empty())
        problems.push_back(fmt::format("{}: slice numbers occur more than once: {}", folder, listed(twice)));
}

struct glob_result {
    glob_t found{};
    ~glob_result() { ::globfree(&found); }
};

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
    const std::string_view whole_a = a, whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const std::string_view digits_a = leading_digits(a), digits_b = leading_digits(b);
            const std::string_view value_a = without_leading_zeros(digits_a), value_b = without_leading_zeros(digits_b);
            if (value_a.size() != value_b.size())
                return value_a.size() < value_b.size();
            if (value_a != value_b)
                return value_a < value_b;
            a.remove_prefix(digits_a.size());
            b.remove_prefix(digits_b.size());
        } else {
            if (a.front() != b.front())
                return a.front() < b.front();
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    return a.empty() != b.empty() ? a.empty() : whole_a < whole_b;
}

std::vector<std::string> matching_files(const std::string& pattern) {
    std::error_code ignored;
    if (std::filesystem::exists(pattern, ignored))
        return {pattern};
    if (pattern.find_first_of("*?[") == std::string::npos)
        throw input_error(pattern, "", "no such file", "a TIFF file, or a pattern such as slices/*.tif");
    glob_result result;
    if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &result.found) != 0)
        throw input_error(pattern, "", "no file that matches",
                          "a pattern that matches the slices, such as slices/*.tif");
    std::vector<std::string> files(result.found.gl_pathv, result.found.gl_pathv + result.found.gl_pathc);
    std::sort(files.begin(), files.end(), natural_less);
    return files;
}

std::vector<std::string> numbering_problems(const std::vector<std::string>& paths) {
    std::vector<std::string> problems;
    const stack_names stack = most_alike(paths);
    // Without a clear majority there is no numbering that the others could fail to follow.
    if (stack.names.size() * 2 <= paths.size() || stack.names.size() < 2)
        return problems;
    for (const std::string& stranger : stack.strangers)
        problems.push_back(fmt::format("{}: the name does not belong to the numbered slices {}", stranger,
                                       shown(stack.names.front().pattern)));
    const auto at = counting_number(stack.names);
    if (!at)
        return problems;
    std::vector<std::int64_t> numbers;
    for (const numbered_name& name : stack.names)
        numbers.push_back(name.numbers[*at]);
    std::sort(numbers.begin(), numbers.end());
    report_gaps(std::filesystem::path(paths.front()).parent_path().string() + "/" + shown(stack.names.front().pattern),
                numbers, problems);
    return problems;
}

}  // namespace tomosweep::io
