#include "stop_signal.hpp"

#include <csignal>
#include <initializer_list>

namespace tomosweep::app {
namespace {

// Signal handlers can reach nothing but an object of static storage.
volatile std::sig_atomic_t requested = 0;

void note(int signal) {
    if (signal == SIGINT && requested != 0)
        std::signal(SIGINT, SIG_DFL);
    requested = 1;
}

}  // namespace

void watch_stop_signals() {
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1})
        std::signal(signal, note);
    // A write beyond the limit on file sizes then fails with a reason instead of ending the program.
    std::signal(SIGXFSZ, SIG_IGN);
}

bool stop_requested() {
    return requested != 0;
}

}  // namespace tomosweep::app
