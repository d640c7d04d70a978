#include "tomosweep/archive/netcdf_file.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "sample_archive.hpp"
#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::netcdf_file_test {
namespace {

namespace fs = std::filesystem;
using test::same;
using test::sample_shard;
using test::temporary_folder;

TEST(netcdf_file, a_rich_archive_comes_back_bit_by_bit) {
    const temporary_folder temporary("round-trip");
    const std::string path = temporary.file("a.h5");
    const data_group written = sample_shard("ref-c01", 1);
    write_netcdf(path, written);
    EXPECT_TRUE(same(read_netcdf(path), written));
    EXPECT_EQ(std::distance(fs::directory_iterator(fs::path(path).parent_path()), {}), 1) << "partial files are left";
}

TEST(netcdf_file, a_group_gets_other_attributes_and_all_else_stays) {
    const temporary_folder temporary("attributes");
    const std::string path = temporary.file("a.h5");
    data_group expected = sample_shard("ref-c01", 1);
    data_group record;
    record.name = "record";
    record.attributes = {{"content_key", std::string("before")}, {"number", std::int64_t{7}}};
    expected.groups.push_back(record);
    write_netcdf(path, expected);
    std::vector<attribute>& attributes = expected.groups.back().attributes;
    attributes = {{"content_key", std::string(100'000, 'k')}, {"other", 0.5}};
    replace_group_attributes(path, "/record", attributes);
    EXPECT_TRUE(same(read_sound_netcdf(path), expected));
    EXPECT_THROW(replace_group_attributes(path, "/other", {}), hdf5_error);
    EXPECT_THROW(replace_group_attributes(temporary.file("b.h5"), "/record", {}), resource_error);
    EXPECT_TRUE(same(read_sound_netcdf(path), expected));
    EXPECT_EQ(std::distance(fs::directory_iterator(fs::path(path).parent_path()), {}), 1) << "partial files are left";
}

TEST(netcdf_file, an_empty_archive_and_empty_dimensions_come_back) {
    const temporary_folder temporary("empty");
    const std::string path = temporary.file("a.h5");
    data_group written;
    write_netcdf(path, written);
    EXPECT_TRUE(same(read_netcdf(path), written));
    written.dimensions = {{"z", 0}, {"a", 3}};
    written.variables = {{"pair", {"a", "z"}, std::vector<double>{}, "1", "", {}},
                         {"names", {"z"}, std::vector<std::string>{}, "", "", {}},
                         {"z", {"z"}, std::vector<double>{}, "um", "", {}}};
    write_netcdf(path, written);
    EXPECT_TRUE(same(read_netcdf(path), written));
}

TEST(netcdf_file, an_inner_group_may_redefine_a_dimension) {
    const temporary_folder temporary("shadow");
    const std::string path = temporary.file("a.h5");
    data_group written;
    written.dimensions = {{"threshold", 2}};
    data_group inner;
    inner.name = "crack";
    inner.dimensions = {{"bin", 2}, {"threshold", 3}};
    inner.variables = {{"v", {"threshold", "bin"}, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}, "1", "", {}},
                       {"threshold", {"threshold"}, std::vector<double>{1, 2, 3}, "1", "", {}}};
    written.groups = {inner};
    write_netcdf(path, written);
    EXPECT_TRUE(same(read_netcdf(path), written));
}

TEST(netcdf_file, large_arrays_are_compressed) {
    const temporary_folder temporary("large");
    const std::string path = temporary.file("a.h5");
    data_group written;
    written.dimensions = {{"a", 1000}, {"b", 1000}};
    written.variables = {{"v", {"a", "b"}, std::vector<std::int64_t>(1000000, 3), "1", "", {}}};
    write_netcdf(path, written);
    EXPECT_TRUE(same(read_netcdf(path), written));
    EXPECT_LT(fs::file_size(path), 200000U);
}

TEST(netcdf_file, contradictions_are_refused) {
    const temporary_folder temporary("contradiction");
    const std::string path = temporary.file("a.h5");
    data_group root;
    root.dimensions = {{"a", 3}};
    root.variables = {{"v", {"a"}, std::vector<double>{1, 2}, "1", "", {}}};
    EXPECT_THROW(write_netcdf(path, root), internal_error);
    root.variables = {{"v", {"b"}, std::vector<double>{1, 2}, "1", "", {}}};
    EXPECT_THROW(write_netcdf(path, root), internal_error);
    root.variables = {{"v", {}, std::vector<double>{1}, "1", "", {{"units", std::string("m")}}}};
    EXPECT_THROW(write_netcdf(path, root), internal_error);
    EXPECT_FALSE(fs::exists(path));
}

TEST(netcdf_file, files_of_others_are_refused) {
    const temporary_folder temporary("foreign");
    const std::string& folder = temporary.path();
    EXPECT_THROW(read_netcdf(folder + "/missing.h5"), input_error);
    std::ofstream(folder + "/text.h5") << "not HDF5";
    EXPECT_THROW(read_netcdf(folder + "/text.h5"), input_error);
}

TEST(netcdf_file, a_cut_off_archive_is_an_error) {
    const temporary_folder temporary("cut");
    const std::string path = temporary.file("a.h5");
    write_netcdf(path, sample_shard("a", 1));
    const auto size = fs::file_size(path);
    for (const auto left : {size - 1, size / 2, size / 10, std::uintmax_t{0}}) {
        fs::resize_file(path, left);
        EXPECT_THROW(read_netcdf(path), error) << left << " bytes left";
    }
}

void expect_access_error(const std::string& path) {
    try {
        write_netcdf(path, sample_shard("a", 1));
        FAIL() << path << " was written";
    } catch (const resource_error& failure) {
        EXPECT_EQ(failure.resource(), "access");
        EXPECT_NE(std::string(failure.what()).find(path), std::string::npos) << failure.what();
    }
}

TEST(netcdf_file, an_unwritable_folder_is_named) {
    const temporary_folder temporary("unwritable");
    const std::string& folder = temporary.path();
    std::ofstream(folder + "/file") << "x";
    expect_access_error(folder + "/missing/a.h5");
    expect_access_error(folder + "/file/a.h5");
    fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        // Permissions do not bind root, so the child steps down first.
        const bool ordinary = ::getuid() != 0 || ::setuid(65534) == 0;
        expect_access_error(folder + "/a.h5");
        ::_exit(ordinary && !::testing::Test::HasFailure() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    fs::permissions(folder, fs::perms::owner_all);
}

TEST(netcdf_file, a_full_disk_is_named_and_the_old_file_stays) {
    const temporary_folder temporary("full");
    const std::string& folder = temporary.path();
    if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") != 0)
        GTEST_SKIP() << "a small tmpfs cannot be mounted here";
    const std::string path = folder + "/a.h5";
    const data_group old = sample_shard("a", 1);
    write_netcdf(path, old);
    data_group large = old;
    std::vector<double> noise(500000);
    std::mt19937_64 random(1);
    for (double& each : noise)
        each = static_cast<double>(random());
    large.dimensions.push_back({"many", 500000});
    large.variables.push_back({"noise", {"many"}, noise, "1", "", {}});
    try {
        write_netcdf(path, large);
        ADD_FAILURE() << "4 MB fitted into 1 MB";
    } catch (const resource_error& failure) {
        EXPECT_EQ(failure.resource(), "disk space");
        EXPECT_NE(std::string(failure.what()).find(path), std::string::npos) << failure.what();
    }
    EXPECT_TRUE(same(read_netcdf(path), old));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "partial files are left";
    ::umount(folder.c_str());
}

pid_t start_endless_writer(const std::string& path) {
    const pid_t child = ::fork();
    if (child == 0)
        for (std::int64_t cycle = 0;; ++cycle)
            write_netcdf(path, sample_shard("a", cycle));
    return child;
}

TEST(netcdf_file, a_killed_writer_leaves_a_whole_file_or_none) {
    const temporary_folder temporary("killed");
    const std::string& folder = temporary.path();
    const std::string path = folder + "/a.h5";
    const auto start = std::chrono::steady_clock::now();
    write_netcdf(path, sample_shard("a", 0));
    const std::chrono::duration<double, std::micro> once = std::chrono::steady_clock::now() - start;
    const auto longest = static_cast<std::uint64_t>(3 * once.count()) + 1;
    std::mt19937_64 random(7);
    int whole = 0;
    for (int round = 0; round < 40; ++round) {
        if (round % 4 == 1)
            fs::remove(path);
        const pid_t child = start_endless_writer(path);
        ASSERT_GT(child, 0);
        ::usleep(static_cast<useconds_t>(random() % longest));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        if (!fs::exists(path))
            continue;
        ++whole;
        const data_group read = read_netcdf(path);
        const auto cycle = std::get<std::vector<std::int64_t>>(find_named(read.variables, "cycle")->values).front();
        ASSERT_TRUE(same(read, sample_shard("a", cycle))) << "round " << round;
    }
    EXPECT_GT(whole, 0);
    remove_partial_files(folder);
    EXPECT_LE(std::distance(fs::directory_iterator(folder), {}), 1) << "partial files are left";
}

TEST(atomic_file, only_abandoned_partial_files_are_removed) {
    const temporary_folder temporary("partial");
    const std::string& folder = temporary.path();
    const std::string own = partial_path(folder + "/a.h5");
    const std::string prefix = own.substr(0, own.rfind('-') + 1);
    const std::string dead = prefix + "2147483000";
    const std::string elsewhere = folder + "/.a.h5.partial-another-host-1";
    const std::string forgotten = folder + "/.b.h5.partial-another-host-1";
    for (const std::string& path : {own, dead, elsewhere, forgotten, folder + "/a.h5", folder + "/.c.partial-x"})
        std::ofstream(path) << "x";
    fs::last_write_time(forgotten, fs::file_time_type::clock::now() - std::chrono::hours(48));
    EXPECT_EQ(remove_partial_files(folder).size(), 2U);
    EXPECT_FALSE(fs::exists(dead));
    EXPECT_FALSE(fs::exists(forgotten));
    EXPECT_TRUE(fs::exists(own) && fs::exists(elsewhere) && fs::exists(folder + "/a.h5"));
    EXPECT_TRUE(remove_partial_files(folder + "/missing").empty());
}

}  // namespace
}  // namespace tomosweep::netcdf_file_test
