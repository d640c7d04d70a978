#pragma once

namespace tomosweep::app {

/// From now on SIGTERM, SIGINT and SIGUSR1 set a flag instead of ending the program; a second SIGINT ends it.
void watch_stop_signals();

/// True after one of them has come.
bool stop_requested();

}  // namespace tomosweep::app
