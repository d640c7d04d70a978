#pragma once

#include <cstddef>
#include <cstdint>

namespace tomosweep {

/// Takes `bytes` aligned to 64 bytes, uninitialised and counted. Throws resource_error when they cannot be had, or when
/// the process would hold more than a memory_limit allows.
void* allocate_bytes(std::size_t bytes);

/// Gives back what allocate_bytes() returned.
void release_bytes(void* data, std::size_t bytes) noexcept;

/// Bytes that this process holds in volumes now, and the most it ever held at once.
struct memory_use {
    std::int64_t now = 0;
    std::int64_t peak = 0;
};
memory_use memory_in_use();

/// While it lives, this process may hold no more than `bytes` of volumes; 0: no limit. A system that lends more memory
/// than it has kills the process that touches it; this turns that into an error. One at a time.
class memory_limit {
public:
    explicit memory_limit(std::int64_t bytes);
    memory_limit(const memory_limit&) = delete;
    memory_limit& operator=(const memory_limit&) = delete;
    ~memory_limit();
};

/// Most bytes that this process ever had in memory, volumes, libraries and all, as the operating system counts them; 0
/// where it does not say.
std::int64_t peak_resident_bytes();

}  // namespace tomosweep
