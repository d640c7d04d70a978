#pragma once

#include <thread>

namespace tomosweep {

/// Ends this process when the launcher that started it is gone. For the time in which MPI starts: later the library
/// itself notices, but while it exchanges the ranks' addresses it waits for a lost launcher for ever.
class launcher_watch {
public:
    launcher_watch();

private:
    std::jthread watcher_;
};

}  // namespace tomosweep
