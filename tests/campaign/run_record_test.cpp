#include "tomosweep/campaign/run_record.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tomosweep/core/error.hpp"

namespace tomosweep::run_record_test {
namespace {

namespace fs = std::filesystem;

class run_record_test : public testing::Test {
protected:
    run_record_test() {
        std::string pattern = (fs::temp_directory_path() / "tomosweep-run-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~run_record_test() override { fs::remove_all(folder_); }

    /// Of a run of two scans with as much work.
    run_record read(const std::string& first, const std::string& second) const {
        std::ofstream(folder_ + "/run.json")
            << R"({"campaign": "c", "job": "j", "sweep": "s", "command": "run", "scans": [{"id": "a", "work": )"
            << first << R"(}, {"id": "b", "work": )" << second << "}]}";
        return read_record(folder_);
    }

    std::string folder_;
};

TEST_F(run_record_test, is_read_as_it_was_written) {
    run_record written{
        "c", "job.yaml", "sweep.yaml", "run job.yaml", {{"a", 3, "k"}, {"b", std::int64_t{1} << 60, ""}}};
    written.job_text = "campaign: c";
    write_record(written, folder_);
    const run_record found = read_record(folder_);
    EXPECT_EQ(found.campaign, "c");
    EXPECT_EQ(found.command, "run job.yaml");
    ASSERT_EQ(found.scans.size(), 2U);
    EXPECT_EQ(found.scans[0].key, "k");
    EXPECT_EQ(found.scans[1].work, std::int64_t{1} << 60);
    EXPECT_EQ(found.job_text, written.job_text);
}

TEST_F(run_record_test, whose_work_does_not_add_up_is_refused) {
    EXPECT_EQ(read("9223372036854775800", "7").scans.size(), 2U);
    EXPECT_THROW(read("9223372036854775800", "8"), input_error) << "more than 63 bits in all";
    EXPECT_THROW(read("-1", "1"), input_error);
    EXPECT_THROW(read("18446744073709551615", "1"), input_error);
    EXPECT_THROW(read("1e300", "1"), input_error);
    EXPECT_THROW(read("0.5", "1"), input_error);
}

TEST_F(run_record_test, nested_without_end_is_refused) {
    EXPECT_THROW(read(std::string(200'000, '['), "1"), input_error);
    EXPECT_THROW(read(std::string(200'000, '[') + std::string(200'000, ']'), "1"), input_error);
}

}  // namespace
}  // namespace tomosweep::run_record_test
