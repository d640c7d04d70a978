#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/site.hpp"

namespace tomosweep::shipped_files_test {
namespace {

std::vector<std::string> yaml_files(const std::string& folder) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(SOURCE_FOLDER) / folder))
        if (entry.path().extension() == ".yaml")
            files.push_back(entry.path().string());
    return files;
}

TEST(shipped_files, all_jobs_load) {
    const auto files = yaml_files("jobs");
    EXPECT_GE(files.size(), 3U);
    for (const std::string& file : files)
        EXPECT_NO_THROW(load_job(file)) << file;
}

TEST(shipped_files, all_sweeps_load) {
    const auto files = yaml_files("sweeps");
    EXPECT_GE(files.size(), 3U);
    for (const std::string& file : files)
        EXPECT_NO_THROW(load_sweep(file)) << file;
}

TEST(shipped_files, all_sites_load) {
    const auto files = yaml_files("slurm/sites");
    EXPECT_GE(files.size(), 3U);
    for (const std::string& file : files)
        EXPECT_NO_THROW(load_site(file)) << file;
}

TEST(shipped_files, the_demo_has_two_formulations_at_four_cycles) {
    const job_spec demo = load_job(std::string(SOURCE_FOLDER) + "/jobs/demo.yaml");
    for (const char* sample : {"reference", "with_zn"}) {
        std::vector<std::int64_t> cycles;
        for (const scan_spec& scan : demo.scans)
            if (scan.sample == sample)
                cycles.push_back(scan.cycle.value());
        EXPECT_EQ(cycles, (std::vector<std::int64_t>{0, 1, 5, 25})) << sample;
    }
}

}  // namespace
}  // namespace tomosweep::shipped_files_test
