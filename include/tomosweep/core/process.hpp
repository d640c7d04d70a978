#pragma once

#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <thread>

namespace tomosweep {

/// Name of this node, "unknown" when the system does not say. Local.
std::string host_name();

/// A moment, and the present one, as 2026-01-31T12:00:00Z. Local.
std::string utc_text(std::time_t moment);
std::string now_utc();

/// A process that can be told from any other, also after its number was given to a new one. The space is what process
/// numbers refer to: one boot of one machine and one container of it.
struct process_identity {
    std::string host;
    std::int64_t number = 0;
    std::int64_t started = 0;  ///< ticks of the machine's clock at the start
    std::string space;

    friend bool operator==(const process_identity&, const process_identity&) = default;
};

/// This process. Local.
process_identity own_process();

enum class process_life : std::uint8_t { alive, dead, elsewhere };

/// Whether a process still lives; one of another machine or container cannot be asked. A process that has ended and
/// waits for its parent is dead. Local.
process_life life_of(const process_identity& process);

/// Whether a process with this number lives on this machine. Local.
bool process_lives(std::int64_t number);

/// A thread that does `work`. Throws resource_error when the system has no memory for its stack, or no process. Local.
std::jthread begin_thread(std::function<void(const std::stop_token&)> work);

}  // namespace tomosweep
