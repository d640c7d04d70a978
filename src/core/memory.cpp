#include "tomosweep/core/memory.hpp"

#include <atomic>
#include <new>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr std::align_val_t alignment{64};
std::atomic<std::int64_t> held{0};
std::atomic<std::int64_t> most_held{0};

}  // namespace

void* allocate_bytes(std::size_t bytes) {
    void* data = ::operator new(bytes, alignment, std::nothrow);
    if (data == nullptr)
        throw resource_error("memory", std::to_string(bytes) + " bytes for a volume could not be had");
    const std::int64_t now = held += static_cast<std::int64_t>(bytes);
    std::int64_t most = most_held;
    while (now > most && !most_held.compare_exchange_weak(most, now)) {
    }
    return data;
}

void release_bytes(void* data, std::size_t bytes) noexcept {
    held -= static_cast<std::int64_t>(bytes);
    ::operator delete(data, alignment);
}

memory_use memory_in_use() {
    return {held, most_held};
}

}  // namespace tomosweep
