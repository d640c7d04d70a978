#include "tomosweep/campaign/heartbeat.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tomosweep::heartbeat_test {
namespace {

namespace fs = std::filesystem;

class heartbeat_test : public testing::Test {
protected:
    heartbeat_test() {
        std::string pattern = (fs::temp_directory_path() / "tomosweep-heart-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~heartbeat_test() override { fs::remove_all(folder_); }

    /// The heartbeat of a run as it stands in its file.
    std::string written() const {
        heartbeat first;
        first.host = "n1";
        first.todo = {"a", "b"};
        first.work_total = 100;
        heart(folder_, first).end(run_state::interrupted);
        std::ifstream file(path());
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// The same with one value exchanged.
    std::string with(const std::string& key, const std::string& value) const {
        const std::string text = written();
        const std::size_t begin = text.find("\"" + key + "\": ") + key.size() + 4;
        return text.substr(0, begin) + value + text.substr(text.find_first_of(",\n", begin));
    }
    std::vector<heartbeat> read(const std::string& text) const {
        std::ofstream(path()) << text;
        return read_heartbeats(folder_);
    }
    std::string path() const { return folder_ + "/heartbeat.json"; }

    std::string folder_;
};

TEST_F(heartbeat_test, a_run_that_starts_again_counts_its_restarts) {
    written();
    EXPECT_EQ(read_heartbeats(folder_).at(0).restarts, 0);
    written();
    const std::vector<heartbeat> beats = read_heartbeats(folder_);
    ASSERT_EQ(beats.size(), 1U);
    EXPECT_EQ(beats[0].restarts, 1);
    EXPECT_EQ(beats[0].host, "n1");
    EXPECT_EQ(beats[0].todo, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(beats[0].state, run_state::interrupted);
}

TEST_F(heartbeat_test, numbers_that_nothing_can_be_computed_with_are_not_read) {
    const std::vector<std::string> kept_small{"interval_s", "updated_s", "started_s", "progressed_s", "restarts"};
    for (const std::string& key : kept_small)
        EXPECT_TRUE(read(with(key, "9223372036854775807")).empty()) << key;
    for (const char* value : {"-9223372036854775807", "18446744073709551615", "1e300", "0.5"}) {
        for (const std::string& key : kept_small)
            EXPECT_TRUE(read(with(key, value)).empty()) << key << " " << value;
        for (const char* key : {"work_done", "work_total"})
            EXPECT_TRUE(read(with(key, value)).empty()) << key << " " << value;
    }
    EXPECT_EQ(read(with("work_total", "9223372036854775807")).size(), 1U);
}

TEST_F(heartbeat_test, a_spoilt_one_does_not_keep_a_run_from_starting) {
    const std::string spoilt = with("restarts", "2147483647");
    std::ofstream(path()) << spoilt;
    EXPECT_NO_THROW(written());
    EXPECT_EQ(read_heartbeats(folder_).at(0).restarts, 0);
}

TEST_F(heartbeat_test, what_is_nested_without_end_is_not_read) {
    EXPECT_TRUE(read(std::string(200'000, '[')).empty());
    EXPECT_TRUE(read(with("host", std::string(200'000, '[') + std::string(200'000, ']'))).empty());
}

TEST_F(heartbeat_test, a_run_lives_for_three_intervals_after_its_last_sign) {
    heartbeat run;
    run.updated_s = 1000;
    run.interval_s = 10;
    EXPECT_TRUE(is_alive(run, 1030));
    EXPECT_FALSE(is_alive(run, 1031));
    run.state = run_state::finished;
    EXPECT_FALSE(is_alive(run, 1000));
}

}  // namespace
}  // namespace tomosweep::heartbeat_test
