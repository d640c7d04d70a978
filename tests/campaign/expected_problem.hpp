#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tomosweep/campaign/job_error.hpp"

namespace tomosweep::test {

/// The problems with which `read()` fails; empty when it does not fail.
template <class Read>
std::vector<problem> problems_of(const Read& read) {
    try {
        read();
    } catch (const job_error& wrong) {
        return wrong.problems();
    }
    return {};
}

inline std::string all_sentences(const std::vector<problem>& problems) {
    std::string text;
    for (const problem& each : problems)
        text += sentence(each) + "\n";
    return text;
}

/// True when there is a problem on `line` at `key` whose sentence contains `words`.
inline ::testing::AssertionResult has(const std::vector<problem>& problems, int line, const std::string& key,
                                      const std::string& words) {
    for (const problem& each : problems)
        if (each.line == line && each.key == key && sentence(each).find(words) != std::string::npos)
            return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "no problem on line " << line << " at '" << key << "' with '" << words
                                         << "' in:\n"
                                         << all_sentences(problems);
}

/// The same when it is the only problem.
inline ::testing::AssertionResult has_only(const std::vector<problem>& problems, int line, const std::string& key,
                                           const std::string& words) {
    if (problems.size() != 1)
        return ::testing::AssertionFailure() << problems.size() << " problems instead of 1:\n"
                                             << all_sentences(problems);
    return has(problems, line, key, words);
}

}  // namespace tomosweep::test
