#include "tomosweep/core/process.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tomosweep/core/error.hpp"

namespace tomosweep::process_test {
namespace {

TEST(process, this_one_lives_and_is_told_from_an_earlier_one_of_its_number) {
    process_identity own = own_process();
    EXPECT_EQ(own.number, getpid());
    EXPECT_GT(own.started, 0);
    EXPECT_EQ(life_of(own), process_life::alive);
    own.started -= 1;
    EXPECT_EQ(life_of(own), process_life::dead);
}

TEST(process, one_of_another_boot_cannot_be_asked) {
    process_identity other = own_process();
    other.space = "another boot";
    EXPECT_EQ(life_of(other), process_life::elsewhere);
}

TEST(process, one_that_ended_is_dead_even_when_nobody_asked_for_it) {
    const pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    EXPECT_TRUE(process_lives(child));
    kill(child, SIGKILL);
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
    EXPECT_FALSE(process_lives(child)) << "not asked for yet";
    waitpid(child, nullptr, 0);
    EXPECT_FALSE(process_lives(child));
}

TEST(process, a_thread_that_the_system_refuses_is_a_lack_of_resources) {
    pthread_attr_t before, larger_than_any_memory;
    ASSERT_EQ(pthread_getattr_default_np(&before), 0);
    pthread_attr_init(&larger_than_any_memory);
    pthread_attr_setstacksize(&larger_than_any_memory, std::size_t{1} << 47);
    ASSERT_EQ(pthread_setattr_default_np(&larger_than_any_memory), 0);
    EXPECT_THROW(begin_thread([](const std::stop_token&) {}), resource_error);
    pthread_setattr_default_np(&before);
    bool worked = false;
    begin_thread([&](const std::stop_token&) { worked = true; }).join();
    EXPECT_TRUE(worked);
}

}  // namespace
}  // namespace tomosweep::process_test
