#include "tomosweep/archive/verify.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>

#include "tomosweep/archive/field_check.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr char separator = '\0';
/// Far beyond what an honest file takes per call; an HDF5 library that circles in a damaged one ends here.
constexpr unsigned longest_s = 24 * 3600;

verification read_through(const std::string& path) {
    verification result;
    checksum_report report;
    try {
        read_netcdf(path, report);
        check_fields(path, report);
    } catch (const std::exception& failure) {
        result.findings.emplace_back(failure.what());
    }
    result.signed_content = report.checked > 0;
    for (const std::string& finding : report.findings())
        result.findings.push_back(finding);
    return result;
}

void send(int pipe, const verification& result) {
    std::string text(1, result.signed_content ? '1' : '0');
    for (const std::string& finding : result.findings)
        text.append(finding).push_back(separator);
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(pipe, text.data() + at, text.size() - at);
        if (written < 0 && errno != EINTR)
            return;
        at += written < 0 ? 0 : static_cast<std::size_t>(written);
    }
}

std::string receive(int pipe) {
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = ::read(pipe, piece.data(), piece.size())) > 0 || (got < 0 && errno == EINTR);)
        text.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
}

verification parse(const std::string& text) {
    verification result;
    result.signed_content = !text.empty() && text.front() == '1';
    for (std::size_t at = 1; at < text.size();) {
        const std::size_t end = std::min(text.find(separator, at), text.size());
        result.findings.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return result;
}

}  // namespace

verification verify_file(const std::string& path) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        throw resource_error("processes", std::string("no pipe can be made: ") + std::strerror(errno));
    const pid_t child = ::fork();
    if (child < 0)
        throw resource_error("processes", std::string("no process can be started: ") + std::strerror(errno));
    if (child == 0) {
        ::close(ends[0]);
        ::alarm(longest_s);
        send(ends[1], read_through(path));
        ::_exit(0);
    }
    ::close(ends[1]);
    verification result = parse(receive(ends[0]));
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        result.findings.push_back(fmt::format("reading it ends with signal {}: damaged", WTERMSIG(status)));
    return result;
}

}  // namespace tomosweep
