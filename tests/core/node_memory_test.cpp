#include "tomosweep/core/node_memory.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

namespace tomosweep::node_memory_test {
namespace {

namespace fs = std::filesystem;

constexpr double mib = 1048576;

/// A system made of files: 1000 MiB are free on its node.
class node_memory_test : public testing::Test {
protected:
    node_memory_test() {
        for (const char* name : {"SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU", "SLURM_CPUS_ON_NODE"})
            unsetenv(name);
        std::string pattern = (fs::temp_directory_path() / "tomosweep-memory-XXXXXX").string();
        root_ = mkdtemp(pattern.data());
        file("/proc/meminfo", "MemTotal: 9000000 kB\nMemFree: 5 kB\nMemAvailable: 1024000 kB\n");
    }
    ~node_memory_test() override { fs::remove_all(root_); }

    void file(const std::string& path, const std::string& text) const {
        fs::create_directories(fs::path(root_ + path).parent_path());
        std::ofstream(root_ + path) << text;
    }

    void version_2(const std::string& group, const std::string& mounted_root = "/") const {
        file("/proc/self/cgroup", "0::" + group + "\n");
        file("/proc/self/mountinfo", "24 23 0:21 / /proc rw - proc proc rw\n30 23 0:26 " + mounted_root +
                                         " /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
    }

    memory_bound found() const { return node_memory(root_); }

    std::string root_;
};

std::string bytes(double mebibytes) {
    return std::to_string(static_cast<std::int64_t>(mebibytes * mib)) + "\n";
}

TEST_F(node_memory_test, without_groups_is_what_the_node_has_free) {
    EXPECT_EQ(found().bytes, 1000 * mib);
    EXPECT_EQ(found().source, "free memory of the node");
}

TEST_F(node_memory_test, is_what_a_group_of_version_2_leaves_with_its_page_cache_given_back) {
    version_2("/slurm/job_7");
    file("/sys/fs/cgroup/slurm/job_7/memory.max", bytes(600));
    file("/sys/fs/cgroup/slurm/job_7/memory.current", bytes(250));
    file("/sys/fs/cgroup/slurm/job_7/memory.stat", "anon 5\nactive_file " + bytes(40) + "inactive_file " + bytes(60));
    EXPECT_EQ(found().bytes, (600 - 150) * mib);
    EXPECT_EQ(found().source, "cgroup /slurm/job_7 (memory.max)");
}

TEST_F(node_memory_test, is_bounded_by_every_group_around_the_process) {
    version_2("/slurm/job_7/step_0/user/task_0");
    file("/sys/fs/cgroup/slurm/job_7/step_0/user/task_0/memory.max", "max\n");
    file("/sys/fs/cgroup/slurm/job_7/step_0/memory.high", bytes(500));
    file("/sys/fs/cgroup/slurm/memory.max", bytes(300));
    file("/sys/fs/cgroup/slurm/memory.current", bytes(100));
    EXPECT_EQ(found().bytes, 200 * mib);
    EXPECT_EQ(found().source, "cgroup /slurm (memory.max)");
    fs::remove(root_ + "/sys/fs/cgroup/slurm/memory.max");
    EXPECT_EQ(found().bytes, 500 * mib);
    EXPECT_EQ(found().source, "cgroup /slurm/job_7/step_0 (memory.high)");
}

TEST_F(node_memory_test, in_a_container_looks_where_its_part_of_the_groups_is_mounted) {
    version_2("/docker/abc/inner", "/docker/abc");
    file("/sys/fs/cgroup/inner/memory.max", bytes(90));
    file("/sys/fs/cgroup/memory.max", bytes(80));
    EXPECT_EQ(found().bytes, 80 * mib);
}

TEST_F(node_memory_test, is_what_a_group_of_version_1_leaves) {
    file("/proc/self/cgroup", "5:cpuset:/other\n4:hugetlb,memory:/slurm/uid_0/job_7\n0::/\n");
    file("/proc/self/mountinfo",
         "32 31 0:29 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n"
         "35 31 0:32 / /cg/memory rw - cgroup cgroup rw,hugetlb,memory\n");
    file("/cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
    file("/cg/memory/slurm/uid_0/job_7/memory.limit_in_bytes", bytes(400));
    file("/cg/memory/slurm/uid_0/job_7/memory.usage_in_bytes", bytes(150));
    file("/cg/memory/slurm/uid_0/job_7/memory.stat", "total_inactive_file " + bytes(50));
    EXPECT_EQ(found().bytes, 300 * mib);
    EXPECT_EQ(found().source, "cgroup /slurm/uid_0/job_7 (memory.limit_in_bytes)");
}

TEST_F(node_memory_test, a_group_that_is_full_leaves_next_to_nothing_rather_than_unknown) {
    version_2("/full");
    file("/sys/fs/cgroup/full/memory.max", bytes(10));
    file("/sys/fs/cgroup/full/memory.current", bytes(12));
    EXPECT_EQ(found().bytes, 1);
}

TEST_F(node_memory_test, is_bounded_by_what_slurm_granted) {
    setenv("SLURM_MEM_PER_NODE", "700", 1);
    EXPECT_EQ(found().bytes, 700 * mib);
    setenv("SLURM_MEM_PER_NODE", "0", 1);
    EXPECT_EQ(found().bytes, 1000 * mib) << "0 means all of the node";
    unsetenv("SLURM_MEM_PER_NODE");
    setenv("SLURM_MEM_PER_CPU", "100", 1);
    setenv("SLURM_CPUS_ON_NODE", "3", 1);
    EXPECT_EQ(found().bytes, 300 * mib);
    EXPECT_EQ(found().source, "SLURM_MEM_PER_CPU");
}

TEST_F(node_memory_test, of_nothing_known_is_unknown) {
    fs::remove(root_ + "/proc/meminfo");
    EXPECT_EQ(found().bytes, 0);
}

TEST(process_memory, is_what_ulimit_leaves) {
    rlimit before{};
    getrlimit(RLIMIT_DATA, &before);
    const rlimit less{rlim_t{1} << 46, before.rlim_max};  // more than the address sanitizer maps
    setrlimit(RLIMIT_DATA, &less);
    const memory_bound first = process_memory();
    EXPECT_EQ(first.source, "ulimit -d");
    EXPECT_LT(first.bytes, 0x1p46);
    constexpr std::size_t taken = 64 << 20;
    void* pages = mmap(nullptr, taken, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NEAR(process_memory().bytes, first.bytes - static_cast<double>(taken), taken / 2.0);
    munmap(pages, taken);
    setrlimit(RLIMIT_DATA, &before);
}

}  // namespace
}  // namespace tomosweep::node_memory_test
