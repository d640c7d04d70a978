#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomosweep {

/// Where a file stands until it is complete: `.NAME.partial-HOST-PID` in the folder of `path`.
std::string partial_path(const std::string& path);

/// Makes an empty file at partial_path(`path`) and returns that path. Local. Throws resource_error naming `path`.
std::string create_partial(const std::string& path);

/// Makes the complete file at `partial` appear at `path`: fsync, rename, fsync of the folder. What was at `path` before
/// is replaced in one step. Local. Throws resource_error naming the path.
void publish_file(const std::string& partial, const std::string& path);

/// A partial file that several ranks write to, each at places of its own. Local. Throws resource_error naming the path
/// that the file will have.
class partial_file {
public:
    partial_file(const std::string& partial, const std::string& path);
    partial_file(partial_file&&) noexcept;
    ~partial_file();

    void write(std::int64_t offset, std::span<const std::byte> bytes) const;
    /// What was written is on the disk when this returns.
    void sync() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Writes `bytes` to `path` so that it is whole or absent (or still the old one) whenever the program dies. Links are
/// followed; what is no file, such as /dev/null or a pipe, is written to and never replaced.
/// Local. Throws resource_error naming the path when there is no space or no right to write.
void write_file_whole(const std::string& path, std::span<const std::byte> bytes);
void write_file_whole(const std::string& path, std::string_view text);

/// Removes what killed runs left in `folder`: partial files whose process on this host is gone, and partial files of
/// other hosts that were last touched a day before the folder was. Files of running programs stay. Returns the names
/// removed; none when there is no such folder. Local.
std::vector<std::string> remove_partial_files(const std::string& folder);

/// Makes sure that `bytes` more can be written to the file at `partial`, whose final name is `path`: asks the file
/// system, the process's limit, and, where the file system can do so, reserves the space beyond the end of the file,
/// which is the only way to learn of a quota. Local. Throws resource_error naming `path`.
void reserve_space(const std::string& partial, const std::string& path, std::int64_t bytes);

/// Gives back what was reserved and not written. Local.
void release_space(const std::string& partial);

/// Bytes that an unprivileged program can still write in the folder of `path`; -1 when the system does not say. Local.
std::int64_t free_bytes(const std::string& path);

}  // namespace tomosweep
