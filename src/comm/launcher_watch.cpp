#include "launcher_watch.hpp"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep {
namespace {

constexpr std::chrono::milliseconds look_every{500};

/// A process whose parent has ended gets another one.
void end_with(pid_t launcher, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        stopped.wait_for(lock, stop, look_every, [] { return false; });
        if (getppid() != launcher) {
            std::fputs("tomosweep: the launcher ended while MPI was starting\n", stderr);
            std::_Exit(EXIT_FAILURE);
        }
    }
}

}  // namespace

launcher_watch::launcher_watch() {
    if (launched_rank())
        watcher_ = begin_thread([launcher = getppid()](const std::stop_token& stop) { end_with(launcher, stop); });
}

}  // namespace tomosweep
