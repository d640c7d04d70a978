#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "tomosweep/io/source.hpp"

namespace tomosweep::io {

/// Length and time of the last change of a regular file. Throws input_error when there is none or it may not be read.
file_identity identify(const std::string& path);

/// A file opened for reading at 64-bit offsets; movable. Local.
class input_file {
public:
    /// Throws input_error when the file cannot be opened, or is not any more as it was `seen`.
    explicit input_file(const file_identity& seen);
    input_file(input_file&& other) noexcept
        : seen_(std::move(other.seen_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
    input_file& operator=(input_file&&) = delete;
    ~input_file();

    const std::string& path() const { return seen_.path; }
    index_t bytes() const { return seen_.bytes; }
    int descriptor() const { return descriptor_; }

    /// Throws input_error when the file is not any more as it was seen.
    void require_unchanged() const;
    /// Fills `to` with what stands from `offset` on. Throws input_error when the file ends before or cannot be read.
    void read(index_t offset, std::span<std::byte> to) const;

private:
    file_identity seen_;
    int descriptor_ = -1;
};

/// The whole of a small text file. Throws input_error when it cannot be read or is larger than `most_bytes`.
std::string read_text(const std::string& path, index_t most_bytes);

}  // namespace tomosweep::io
