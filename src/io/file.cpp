#include "tomosweep/io/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tomosweep/core/error.hpp"

namespace tomosweep::io {
namespace {

// Linux cuts longer transfers short by itself; other systems refuse them.
constexpr std::size_t most_bytes_per_call = std::size_t{1} << 30;

std::string reason() {
    return std::strerror(errno);
}

file_identity identity_of(const std::string& path, const struct stat& status) {
    constexpr std::int64_t nanoseconds = 1'000'000'000;
    return {path, status.st_size, status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
}

}  // namespace

file_identity identify(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        throw input_error(path, "", reason(), "an existing file");
    if (S_ISDIR(status.st_mode))
        throw input_error(path, "", "a directory", fmt::format("a file, or a pattern such as {}/*.tif", path));
    if (::access(path.c_str(), R_OK) != 0)
        throw input_error(path, "", reason(), "a file that may be read");
    return identity_of(path, status);
}

input_file::input_file(const file_identity& seen)
    : seen_(seen), descriptor_(::open(seen.path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0)
        throw input_error(path(), "", reason(), "a file that may be read");
    try {
        require_unchanged();
    } catch (...) {
        ::close(descriptor_);  // no destructor runs for an object that was never finished
        throw;
    }
}

void input_file::require_unchanged() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0)
        throw input_error(path(), "", reason(), "a file that may be read");
    const file_identity now = identity_of(path(), status);
    if (now.bytes != seen_.bytes || now.modified_ns != seen_.modified_ns)
        throw input_error(path(), "",
                          fmt::format("a file of {} bytes that was changed after it was first looked at", now.bytes),
                          fmt::format("the same file of {} bytes throughout a run", seen_.bytes));
}

input_file::~input_file() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void input_file::read(index_t offset, std::span<std::byte> to) const {
    while (!to.empty()) {
        const ssize_t count =
            ::pread(descriptor_, to.data(), std::min(to.size(), most_bytes_per_call), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw input_error(path(), fmt::format("byte {}", offset), reason(), "a readable file");
        if (count == 0)
            throw input_error(path(), fmt::format("byte {}", offset), "the end of the file",
                              fmt::format("{} bytes more", to.size()));
        offset += count;
        to = to.subspan(static_cast<std::size_t>(count));
    }
}

std::string read_text(const std::string& path, index_t most_bytes) {
    const file_identity seen = identify(path);
    if (seen.bytes > most_bytes)
        throw input_error(path, "", fmt::format("{} bytes", seen.bytes),
                          fmt::format("a text of at most {} bytes", most_bytes));
    std::string text(static_cast<std::size_t>(seen.bytes), '\0');
    input_file(seen).read(0, std::as_writable_bytes(std::span(text)));
    return text;
}

}  // namespace tomosweep::io
