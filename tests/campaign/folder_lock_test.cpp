#include "tomosweep/campaign/folder_lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::folder_lock_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr lock_timing quick{milliseconds(20), milliseconds(300)};

class folder_lock_test : public testing::Test {
protected:
    folder_lock_test() {
        std::string pattern = (fs::temp_directory_path() / "tomosweep-lock-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~folder_lock_test() override { fs::remove_all(folder_); }

    static lock_record shard(std::size_t index, std::size_t count, const std::string& campaign = "c") {
        return lock_of_this_process(lock_role::shard, campaign, index, count);
    }
    static lock_record run() { return lock_of_this_process(lock_role::run, "c"); }

    /// A lock that nobody beats for, as another process left it.
    std::string leave(const lock_record& record, std::int64_t beats = 5) const {
        std::string path = new_lock_path(folder_, record.process);
        std::ofstream(path) << lock_text(record, beats);
        return path;
    }

    /// Held by a process of another machine.
    static lock_record foreign() {
        lock_record record = run();
        record.process.host = "elsewhere";
        record.process.space = "another boot";
        return record;
    }

    std::size_t locks() const { return locks_in(folder_).size(); }

    std::string folder_;
};

TEST_F(folder_lock_test, the_second_run_is_refused_and_told_who_holds_the_folder) {
    setenv("SLURM_JOB_ID", "4711", 1);
    const folder_lock first(folder_, run());
    unsetenv("SLURM_JOB_ID");
    try {
        const folder_lock second(folder_, run());
        FAIL();
    } catch (const input_error& refused) {
        EXPECT_EQ(refused.file(), folder_);
        for (const std::string& told : {"process " + std::to_string(getpid()), "host " + host_name(),
                                        std::string("SLURM job 4711"), std::string("since 20")})
            EXPECT_NE(refused.found().find(told), std::string::npos) << told << " in " << refused.found();
    }
    EXPECT_EQ(locks(), 1U);
}

TEST_F(folder_lock_test, a_released_folder_is_free_and_empty) {
    { const folder_lock first(folder_, run()); }
    EXPECT_TRUE(fs::is_empty(folder_));
    const folder_lock second(folder_, run());
}

TEST_F(folder_lock_test, different_parts_of_one_array_share_a_folder) {
    const folder_lock first(folder_, shard(0, 3)), second(folder_, shard(2, 3));
    const folder_lock merge(folder_, lock_of_this_process(lock_role::merge, ""));
    EXPECT_THROW(folder_lock(folder_, shard(2, 3)), input_error) << "the same part";
    EXPECT_THROW(folder_lock(folder_, shard(1, 4)), input_error) << "parts of another division overlap";
    EXPECT_THROW(folder_lock(folder_, shard(1, 3, "other")), input_error) << "another campaign";
    EXPECT_THROW(folder_lock(folder_, run()), input_error) << "a whole run";
    EXPECT_EQ(locks(), 3U);
}

TEST_F(folder_lock_test, a_merge_waits_for_another) {
    auto first = std::make_unique<folder_lock>(folder_, lock_of_this_process(lock_role::merge, ""));
    int asked = 0;
    const lock_waiting waiting{[&] { return ++asked == 3 ? (first.reset(), false) : false; }, {}};
    const folder_lock second(folder_, lock_of_this_process(lock_role::merge, ""), waiting);
    EXPECT_EQ(asked, 3);
}

TEST_F(folder_lock_test, a_dead_process_of_this_machine_loses_the_folder_at_once) {
    lock_record gone = run();
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    gone.process.number = child;
    leave(gone);  // a zombie, as in a container without init
    const auto never = [] { return true; };
    { const folder_lock taken(folder_, run(), {never, {}}); }
    waitpid(child, nullptr, 0);
    gone.process.number = getpid();
    gone.process.started -= 1;
    leave(gone);  // its number was given to another process
    const folder_lock taken(folder_, run(), {never, {}});
    EXPECT_EQ(locks(), 1U);
}

TEST_F(folder_lock_test, an_earlier_start_of_the_same_slurm_job_loses_the_folder_at_once) {
    lock_record before = foreign(), now = run();
    before.slurm_job = now.slurm_job = "7 of cluster";
    leave(before);
    EXPECT_THROW(folder_lock(folder_, now, {[] { return true; }, {}}, quick), interrupted_error)
        << "another process of the same start";
    now.slurm_restarts = 1;
    const folder_lock taken(folder_, now, {[] { return true; }, {}}, quick);
}

TEST_F(folder_lock_test, a_silent_holder_elsewhere_is_watched_and_then_replaced_whatever_the_clocks_say) {
    const std::string left = leave(foreign());
    for (const auto hours : {-48, 48}) {
        fs::last_write_time(left, fs::file_time_type::clock::now() + std::chrono::hours(hours));
        EXPECT_THROW(folder_lock(folder_, run(), {[] { return true; }, {}}, quick), interrupted_error);
    }
    std::string told;
    const folder_lock taken(folder_, run(), {{}, [&](const std::string& text) { told += text; }}, quick);
    EXPECT_NE(told.find("host elsewhere"), std::string::npos);
    EXPECT_FALSE(fs::exists(left));
}

TEST_F(folder_lock_test, a_silent_holder_is_watched_for_six_of_its_own_beats) {
    lock_record record = foreign();
    record.beat_ms = 20;
    const auto began = std::chrono::steady_clock::now();
    leave(record);
    { const folder_lock taken(folder_, run()); }  // which would otherwise watch for three minutes
    EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(120));
    for (const std::int64_t beat_ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{31'000}, INT64_MAX}) {
        record.beat_ms = beat_ms;
        const std::string left = leave(record);
        std::string told;
        const lock_waiting once{[] { return true; }, [&](const std::string& text) { told = text; }};
        EXPECT_THROW(folder_lock(folder_, run(), once), interrupted_error);
        EXPECT_NE(told.find("up to 180 s"), std::string::npos) << told;
        fs::remove(left);
    }
}

TEST_F(folder_lock_test, a_beating_holder_elsewhere_is_respected) {
    const std::string left = leave(foreign(), 5);
    std::int64_t beats = 5;
    const auto beat = [&] {
        std::ofstream(left) << lock_text(foreign(), ++beats);
        return false;
    };
    EXPECT_THROW(folder_lock(folder_, run(), {beat, {}}, quick), input_error);
    EXPECT_TRUE(fs::exists(left));
}

TEST_F(folder_lock_test, an_unreadable_lock_is_stale_when_it_does_not_change) {
    std::ofstream(folder_ + "/.lock-spoilt") << "{";
    const folder_lock taken(folder_, run(), {}, quick);
    EXPECT_EQ(locks(), 1U);
}

TEST_F(folder_lock_test, a_holder_beats_and_notices_when_it_was_replaced) {
    const folder_lock held(folder_, run(), {}, quick);
    const auto await = [](const auto& condition) {
        for (int i = 0; i < 500 && !condition(); ++i)
            std::this_thread::sleep_for(milliseconds(10));
        return condition();
    };
    EXPECT_TRUE(await([&] { return locks_in(folder_).at(0).beats > 3; }));
    EXPECT_FALSE(held.lost());
    fs::remove(locks_in(folder_).at(0).path);
    EXPECT_TRUE(await([&] { return held.lost(); }));
    EXPECT_EQ(locks(), 0U);
}

TEST_F(folder_lock_test, folder_without_the_right_to_write_is_refused) {
    EXPECT_THROW(folder_lock(folder_ + "/none", run()), resource_error);
}

/// Each of many processes takes the folder again and again, and writes a file that must not be there yet. Some are
/// killed while they hold it.
TEST_F(folder_lock_test, of_many_processes_never_two_hold_the_folder) {
    const unsigned seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    const std::string inside = folder_ + "/inside";
    constexpr int processes = 8, rounds = 12;
    std::vector<pid_t> children;
    for (int child = 0; child < processes; ++child) {
        const pid_t started = fork();
        if (started != 0) {
            children.push_back(started);
            continue;
        }
        std::minstd_rand random(seed + static_cast<unsigned>(child));
        for (int round = 0; round < rounds;) {
            try {
                const folder_lock lock(folder_, run(), {}, quick);
                if (mkdir(inside.c_str(), 0777) != 0)
                    _exit(2);
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
                rmdir(inside.c_str());
                if (++round == rounds && child % 2 == 0)
                    kill(getpid(), SIGKILL);
            } catch (const input_error&) {
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
            }
        }
        _exit(0);
    }
    for (std::size_t child = 0; child < children.size(); ++child) {
        int status = 0;
        waitpid(children[child], &status, 0);
        EXPECT_TRUE(child % 2 == 0 ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0)
            << "child " << child << " status " << status;
    }
    const folder_lock last(folder_, run());
    remove_partial_files(folder_);
    EXPECT_EQ(locks(), 1U);
}

}  // namespace
}  // namespace tomosweep::folder_lock_test
