#include "tomosweep/core/process.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

struct process_state {
    char state = 'Z';
    std::int64_t started = 0;
};

/// What the system says of a process; nothing when there is none.
std::optional<process_state> state_of(std::int64_t number) {
    std::ifstream file("/proc/" + std::to_string(number) + "/stat");
    std::string text;
    std::getline(file, text);
    // The name, which may hold anything, stands in brackets; the state is the first field behind it, the start the
    // 20th.
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos)
        return std::nullopt;
    std::istringstream fields(text.substr(name_end + 1));
    process_state found;
    fields >> found.state;
    constexpr int fields_between = 18;
    std::string skipped;
    for (int i = 0; i < fields_between; ++i)
        fields >> skipped;
    fields >> found.started;
    return found;
}

std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string own_space() {
    std::error_code none;
    return first_line("/proc/sys/kernel/random/boot_id") + " " +
           std::filesystem::read_symlink("/proc/self/ns/pid", none).string();
}

bool ended(std::int64_t number, const std::optional<process_state>& found) {
    // A dead process keeps its number until its parent asks for it, in a container without an init process for ever.
    // Some systems hide the processes of other users in /proc, but not from kill().
    return found ? found->state == 'Z' || found->state == 'X'
                 : ::kill(static_cast<pid_t>(number), 0) != 0 && errno == ESRCH;
}

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string utc_text(std::time_t moment) {
    std::tm parts{};
    ::gmtime_r(&moment, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string now_utc() {
    return utc_text(std::time(nullptr));
}

process_identity own_process() {
    const std::int64_t number = ::getpid();
    return {host_name(), number, state_of(number).value_or(process_state{}).started, own_space()};
}

process_life life_of(const process_identity& process) {
    if (process.space != own_space())
        return process_life::elsewhere;
    const auto found = state_of(process.number);
    const bool another = found && found->started != process.started;
    return another || ended(process.number, found) ? process_life::dead : process_life::alive;
}

bool process_lives(std::int64_t number) {
    return !ended(number, state_of(number));
}

std::jthread begin_thread(std::function<void(const std::stop_token&)> work) {
    try {
        return std::jthread(std::move(work));
    } catch (const std::system_error& refused) {
        throw resource_error("memory or processes",
                             "the system refused a thread (ulimit -v, ulimit -u): " + std::string(refused.what()));
    }
}

}  // namespace tomosweep
