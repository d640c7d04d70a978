#include "tomosweep/archive/atomic_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"

namespace tomosweep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view partial_mark = ".partial-";

[[noreturn]] void refuse(const std::string& action, const std::string& path, int code) {
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    throw resource_error(full ? "disk space" : "access",
                         "cannot " + action + " " + path + ": " + std::generic_category().message(code));
}

}  // namespace

/// In no anonymous namespace, because partial_file::state has one.
class file_descriptor {
public:
    /// Errors speak of `shown`, the path that the user knows.
    file_descriptor(const std::string& path, int flags, std::string shown)
        : path_(std::move(shown)), id_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
        if (id_ < 0)
            refuse("open", path_, errno);
    }
    file_descriptor(const file_descriptor&) = delete;
    file_descriptor& operator=(const file_descriptor&) = delete;
    ~file_descriptor() { ::close(id_); }

    void write(std::int64_t offset, std::span<const std::byte> bytes) const {
        constexpr std::size_t piece = std::size_t{1} << 30;
        while (!bytes.empty()) {
            const ssize_t written = ::pwrite(id_, bytes.data(), std::min(piece, bytes.size()), offset);
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                refuse("write", path_, errno);
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            offset += written;
        }
    }

    void sync() const {
        // Some network file systems cannot sync folders and say EINVAL; the rename itself is still atomic there.
        if (::fsync(id_) != 0 && errno != EINVAL)
            refuse("sync", path_, errno);
    }

    int id() const { return id_; }

private:
    std::string path_;
    int id_;
};

namespace {

std::string folder_of(const std::string& path) {
    const fs::path folder = fs::path(path).parent_path();
    return folder.empty() ? "." : folder.string();
}

/// Writes to what is no file: a pipe or a device.
void write_into(const std::string& path, std::span<const std::byte> bytes) {
    const file_descriptor sink(path, O_WRONLY, path);
    while (!bytes.empty()) {
        const ssize_t written = ::write(sink.id(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            refuse("write", path, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

struct partial_owner {
    std::string host;
    pid_t process = 0;
};

std::optional<partial_owner> owner_of(const std::string& name) {
    const std::size_t mark = name.rfind(partial_mark);
    const std::size_t dash = name.rfind('-');
    if (name.empty() || name.front() != '.' || mark == std::string::npos || dash < mark + partial_mark.size())
        return std::nullopt;
    const std::size_t host = mark + partial_mark.size();
    partial_owner owner{name.substr(host, dash - host), 0};
    const char* end = name.data() + name.size();
    const auto [stop, code] = std::from_chars(name.data() + dash + 1, end, owner.process);
    if (code != std::errc{} || stop != end)
        return std::nullopt;
    return owner;
}

/// `now` is by the clock that stamps the files, which need not be this machine's and does not jump with it.
bool abandoned(const partial_owner& owner, const fs::directory_entry& entry, fs::file_time_type now) {
    if (owner.host == host_name())
        return !process_lives(owner.process);
    std::error_code code;
    const auto touched = entry.last_write_time(code);
    return !code && now - touched > std::chrono::hours(24);
}

}  // namespace

struct partial_file::state {
    state(const std::string& partial, int flags, const std::string& path) : file(partial, flags, path) {}
    file_descriptor file;
};

partial_file::partial_file(const std::string& partial, const std::string& path)
    : state_(std::make_unique<state>(partial, O_WRONLY, path)) {}
partial_file::partial_file(partial_file&&) noexcept = default;
partial_file::~partial_file() = default;

void partial_file::write(std::int64_t offset, std::span<const std::byte> bytes) const {
    state_->file.write(offset, bytes);
}
void partial_file::sync() const {
    state_->file.sync();
}

std::string partial_path(const std::string& path) {
    const std::string name = fs::path(path).filename().string();
    return (fs::path(folder_of(path)) /
            ("." + name + std::string(partial_mark) + host_name() + "-" + std::to_string(::getpid())))
        .string();
}

std::string create_partial(const std::string& path) {
    std::string partial = partial_path(path);
    const file_descriptor empty(partial, O_WRONLY | O_CREAT | O_TRUNC, path);
    return partial;
}

void publish_file(const std::string& partial, const std::string& path) {
    file_descriptor(partial, O_RDONLY, path).sync();
    if (std::rename(partial.c_str(), path.c_str()) != 0)
        refuse("rename the finished file to", path, errno);
    file_descriptor(folder_of(path), O_RDONLY | O_DIRECTORY, path).sync();
}

void write_file_whole(const std::string& path, std::span<const std::byte> bytes) {
    std::error_code unknown;
    if (const fs::file_status status = fs::status(path, unknown);
        fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status))
        return write_into(path, bytes);
    const std::string target = fs::is_symlink(path, unknown) ? fs::weakly_canonical(path).string() : path;
    const std::string partial = partial_path(target);
    try {
        file_descriptor file(partial, O_WRONLY | O_CREAT | O_TRUNC, target);
        file.write(0, bytes);
        file.sync();
        publish_file(partial, target);
    } catch (...) {
        ::unlink(partial.c_str());
        throw;
    }
}

void write_file_whole(const std::string& path, std::string_view text) {
    write_file_whole(path, std::as_bytes(std::span(text)));
}

std::vector<std::string> remove_partial_files(const std::string& folder) {
    std::vector<std::string> removed;
    std::error_code code;
    const auto now = fs::last_write_time(folder, code);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, code)) {
        const std::string name = entry.path().filename().string();
        const auto owner = owner_of(name);
        std::error_code ignored;
        if (owner && abandoned(*owner, entry, now) && fs::remove(entry.path(), ignored))
            removed.push_back(name);
    }
    std::sort(removed.begin(), removed.end());
    return removed;
}

void reserve_space(const std::string& partial, const std::string& path, std::int64_t bytes) {
    const auto refuse_space = [&](std::int64_t left, const char* by) {
        throw resource_error("disk space", "cannot write " + path + ": " + std::to_string(bytes) +
                                               " bytes are needed, " + std::to_string(left) + " are left" + by);
    };
    const file_descriptor file(partial, O_WRONLY, path);
    struct stat status {};
    if (::fstat(file.id(), &status) != 0)
        refuse("look at", path, errno);
    if (const std::int64_t left = free_bytes(path); left >= 0 && left < bytes)
        refuse_space(left, "");
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        if (const std::int64_t left = static_cast<std::int64_t>(limit.rlim_cur) - status.st_size; left < bytes)
            refuse_space(left, " by the limit on file sizes (ulimit -f)");
    if (::fallocate(file.id(), FALLOC_FL_KEEP_SIZE, status.st_size, bytes) != 0 && (errno == ENOSPC || errno == EDQUOT))
        refuse("reserve " + std::to_string(bytes) + " bytes for", path, errno);
}

void release_space(const std::string& partial) {
    struct stat status {};
    // Truncating to the length that it has frees what lies beyond; failing to do so wastes space and nothing else.
    if (::stat(partial.c_str(), &status) == 0 && ::truncate(partial.c_str(), status.st_size) != 0)
        return;
}

std::int64_t free_bytes(const std::string& path) {
    struct statvfs disk {};
    if (::statvfs(folder_of(path).c_str(), &disk) != 0)
        return -1;
    return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
}

}  // namespace tomosweep
