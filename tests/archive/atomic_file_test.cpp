#include "tomosweep/archive/atomic_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/witness.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::atomic_file_test {
namespace {

std::string text_in(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(write_file_whole, what_is_no_file_is_written_to_and_stays) {
    const test::scratch_folder folder;
    const std::string pipe = folder.file("pipe");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_GE(reader, 0);
    write_file_whole(pipe, std::string_view("text"));
    std::string told(8, '\0');
    const ssize_t length = read(reader, told.data(), told.size());
    close(reader);
    EXPECT_EQ(length, 4);
    EXPECT_EQ(told.substr(0, 4), "text");
    EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(write_file_whole, links_are_followed) {
    const test::scratch_folder folder;
    const std::string file = folder.file("file"), link = folder.file("link");
    std::ofstream(file) << "before";
    std::filesystem::create_symlink(file, link);
    write_file_whole(link, std::string_view("after"));
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_EQ(text_in(file), "after");
}

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
}  // namespace tomosweep::atomic_file_test
