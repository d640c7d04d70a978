#include "tomosweep/archive/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "support/witness.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

TEST(reserve_space, names_the_limit_on_file_sizes_that_leaves_too_little) {
    const test::scratch_folder folder;
    const std::string path = folder.file("volume.h5");
    std::ofstream(path) << "1234";
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 1000;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    std::string told;
    try {
        reserve_space(path, path, 997);
    } catch (const resource_error& failure) {
        told = failure.what();
    }
    EXPECT_NO_THROW(reserve_space(path, path, 996));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_NE(told.find("ulimit -f"), std::string::npos) << told;
    EXPECT_NE(told.find("996 are left"), std::string::npos) << told;
}

TEST(reserve_space, leaves_the_length_of_the_file_alone_and_can_be_taken_back) {
    const test::scratch_folder folder;
    const std::string path = folder.file("volume.h5");
    std::ofstream(path) << "1234";
    struct stat plain {
    }, reserved{}, released{};
    ASSERT_EQ(stat(path.c_str(), &plain), 0);
    reserve_space(path, path, 1 << 20);
    ASSERT_EQ(stat(path.c_str(), &reserved), 0);
    release_space(path);
    ASSERT_EQ(stat(path.c_str(), &released), 0);
    EXPECT_EQ(reserved.st_size, 4);
    EXPECT_EQ(released.st_size, 4);
    EXPECT_EQ(released.st_blocks, plain.st_blocks);
}

}  // namespace
}  // namespace tomosweep
