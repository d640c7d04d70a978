#include "child_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tomosweep/core/error.hpp"

namespace tomosweep::app {
namespace {

/// What the child does between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* words, const char* folder, int output) {
    if (dup2(output, STDOUT_FILENO) >= 0 && chdir(folder) == 0)
        execvp(words[0], words);
    _exit(127);
}

std::string read_all(int from) {
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        const ssize_t count = read(from, part.data(), part.size());
        if (count > 0)
            text.append(part.data(), static_cast<std::size_t>(count));
        else if (count == 0 || errno != EINTR)
            return text;
    }
}

}  // namespace

finished_process run_program(const std::vector<std::string>& words, const std::string& folder) {
    std::vector<std::string> copies = words;
    std::vector<char*> pointers;
    for (std::string& word : copies)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0)
        throw resource_error("processes", "no pipe to " + words.front());
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become(pointers.data(), folder.c_str(), ends[1]);
    }
    close(ends[1]);
    finished_process finished;
    if (child > 0)
        finished.output = read_all(ends[0]);
    close(ends[0]);
    if (child < 0)
        throw resource_error("processes", words.front() + " cannot be started");
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return finished;
}

}  // namespace tomosweep::app
