#pragma once

#include <cstddef>
#include <cstdint>

namespace tomosweep {

/// Takes `bytes` aligned to 64 bytes, uninitialised and counted. Throws resource_error when they cannot be had.
void* allocate_bytes(std::size_t bytes);

/// Gives back what allocate_bytes() returned.
void release_bytes(void* data, std::size_t bytes) noexcept;

/// Bytes that this process holds in volumes now, and the most it ever held at once.
struct memory_use {
    std::int64_t now = 0;
    std::int64_t peak = 0;
};
memory_use memory_in_use();

/// The most held at once since the last call, or since the start; from now on the next stretch counts.
std::int64_t restart_peak();

/// Most bytes that this process ever had in memory, volumes, libraries and all, as the operating system counts them; 0
/// where it does not say.
std::int64_t peak_resident_bytes();

}  // namespace tomosweep
