#include <ctime>

// What is preloaded into every process of a test.

/// Ranks that wait sleep. Tests have more ranks than there are cores, and ranks that ask again and again whether a
/// message has come take a fifth of the time from those that have work to do.
extern "C" int sched_yield() noexcept {
    const timespec moment{.tv_sec = 0, .tv_nsec = 20'000};
    nanosleep(&moment, nullptr);
    return 0;
}

/// Libraries stay until the end. Open MPI unloads its components at MPI_Finalize while a thread of theirs may still be
/// on its way out, which ends in a wild jump on a busy machine, takes a tenth of the time of a short run, and leaves
/// reports of sanitizers without the names of what ran.
extern "C" int dlclose(void*) {
    return 0;
}
