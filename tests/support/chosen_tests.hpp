#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace tomosweep::test {

/// Starts GoogleTest. `PROGRAM NAME` runs the tests of NAME.cpp alone, whatever GoogleTest's own options say; a name
/// without tests ends the process with status 2.
inline void choose_tests(int& argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (argc < 2)
        return;
    const testing::UnitTest& all = *testing::UnitTest::GetInstance();
    std::string chosen;
    for (int i = 0; i < all.total_test_suite_count(); ++i) {
        const testing::TestSuite& suite = *all.GetTestSuite(i);
        for (int j = 0; j < suite.total_test_count(); ++j) {
            const testing::TestInfo& test = *suite.GetTestInfo(j);
            if (std::filesystem::path(test.file()).stem() == argv[1])
                chosen.append(suite.name()).append(".").append(test.name()).append(":");
        }
    }
    if (chosen.empty()) {
        std::fprintf(stderr, "no tests of %s.cpp in this program\n", argv[1]);
        std::exit(2);
    }
    GTEST_FLAG_SET(filter, chosen);
}

}  // namespace tomosweep::test
