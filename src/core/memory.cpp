#include "tomosweep/core/memory.hpp"

#include <sys/mman.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <new>
#include <string>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr std::align_val_t alignment{64};
/// From this size on a volume is aligned to, and asked to lie in, pages of two megabytes: far fewer page faults.
constexpr std::size_t worth_huge_pages = std::size_t{16} << 20;
constexpr std::align_val_t huge_page{std::size_t{2} << 20};

std::align_val_t alignment_of(std::size_t bytes) {
    return bytes < worth_huge_pages ? alignment : huge_page;
}

std::atomic<std::int64_t> held{0};
std::atomic<std::int64_t> most_held{0};
std::atomic<std::int64_t> limit{0};

/// Counts the bytes as held, or refuses.
std::int64_t reserve(std::size_t bytes) {
    const std::int64_t now = held += static_cast<std::int64_t>(bytes);
    if (const std::int64_t most = limit; most > 0 && now > most) {
        held -= static_cast<std::int64_t>(bytes);
        throw resource_error("memory", std::to_string(bytes) + " bytes for a volume, besides " +
                                           std::to_string(now - static_cast<std::int64_t>(bytes)) +
                                           " that are held, are more than the " + std::to_string(most) +
                                           " that this process may use");
    }
    return now;
}

}  // namespace

void* allocate_bytes(std::size_t bytes) {
    const std::int64_t now = reserve(bytes);
    void* data = ::operator new(bytes, alignment_of(bytes), std::nothrow);
    if (data == nullptr) {
        held -= static_cast<std::int64_t>(bytes);
        throw resource_error("memory", std::to_string(bytes) + " bytes for a volume could not be had");
    }
    if (bytes >= worth_huge_pages)
        // Advice only: whether the system follows it changes nothing but time. The last, partial page is left out.
        madvise(data, bytes / static_cast<std::size_t>(huge_page) * static_cast<std::size_t>(huge_page), MADV_HUGEPAGE);
    std::int64_t most = most_held;
    while (now > most && !most_held.compare_exchange_weak(most, now)) {
    }
    return data;
}

void release_bytes(void* data, std::size_t bytes) noexcept {
    held -= static_cast<std::int64_t>(bytes);
    ::operator delete(data, alignment_of(bytes));
}

memory_limit::memory_limit(std::int64_t bytes) {
    limit = bytes;
}

memory_limit::~memory_limit() {
    limit = 0;
}

memory_use memory_in_use() {
    return {held, most_held};
}

std::int64_t peak_resident_bytes() {
    // getrusage() would count what the parent had in memory before it became this program.
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (long long kib = 0; std::sscanf(line.c_str(), "VmHWM: %lld", &kib) == 1)
            return std::int64_t{kib} * 1024;
    return 0;
}

}  // namespace tomosweep
