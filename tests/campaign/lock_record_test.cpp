#include "tomosweep/campaign/lock_record.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tomosweep::lock_record_test {
namespace {

namespace fs = std::filesystem;

class lock_record_test : public testing::Test {
protected:
    lock_record_test() {
        std::string pattern = (fs::temp_directory_path() / "tomosweep-record-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~lock_record_test() override { fs::remove_all(folder_); }

    lock_file read(const std::string& text) const {
        std::ofstream(folder_ + "/.lock-n1-1-2") << text;
        return locks_in(folder_).at(0);
    }
    /// The text of a lock with one value exchanged.
    static std::string with(const std::string& key, const std::string& value) {
        const std::string text = lock_text(lock_of_this_process(lock_role::shard, "c", 1, 3), 7);
        const std::size_t begin = text.find("\"" + key + "\":") + key.size() + 3;
        return text.substr(0, begin) + value + text.substr(text.find_first_of(",}", begin));
    }

    std::string folder_;
};

TEST_F(lock_record_test, is_read_as_it_was_written) {
    lock_record written = lock_of_this_process(lock_role::shard, "c", 1, 3);
    written.beat_ms = 500;
    const lock_file lock = read(lock_text(written, 7));
    ASSERT_TRUE(lock.record);
    EXPECT_EQ(sentence(*lock.record), sentence(written));
    EXPECT_EQ(lock.record->beat_ms, 500);
    EXPECT_EQ(lock.beats, 7);
    EXPECT_TRUE(exclude(*lock.record, written));
}

TEST_F(lock_record_test, with_other_numbers_than_a_run_writes_is_that_of_an_unknown_run) {
    EXPECT_TRUE(read(with("shard_index", "2")).record);
    for (const char* key : {"role", "shard_index", "shard_count", "number", "started", "slurm_restarts"})
        for (const char* value : {"1e300", "0.5", "18446744073709551616", "\"1\"", "null"})
            EXPECT_FALSE(read(with(key, value)).record) << key << " " << value;
    EXPECT_FALSE(read(with("role", "3")).record);
    EXPECT_FALSE(read(with("role", "256")).record) << "not a run";
    EXPECT_FALSE(read(with("role", "-1")).record);
}

TEST_F(lock_record_test, nested_without_end_is_that_of_an_unknown_run) {
    std::string brackets(200'000, '[');
    EXPECT_FALSE(read(brackets.append("\n7\n")).record);
    EXPECT_FALSE(read(with("campaign", std::string(200'000, '[') + std::string(200'000, ']'))).record);
}

}  // namespace
}  // namespace tomosweep::lock_record_test
