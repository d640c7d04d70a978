/// Preloaded into the program: on one rank, a number of allocations fails. Rank 1 of a run counts its allocations of at
/// least 512 bytes, so that what the MPI library and the thread that beats do in passing hardly counts. With
/// TOMOSWEEP_FAIL_AT=N number N and the next two fail; without, the number of allocations is printed at the end.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string_view>

namespace {

constexpr std::size_t smallest = 512;
std::atomic<long> counted{0};

bool is_victim() {
    static const bool victim = [] {
        const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
        return rank != nullptr && std::string_view(rank) == "1";
    }();
    return victim;
}

long first_failure() {
    static const long at = [] {
        const char* number = std::getenv("TOMOSWEEP_FAIL_AT");
        return number == nullptr ? 0L : std::atol(number);
    }();
    return at;
}

void* taken(std::size_t bytes, std::size_t alignment) {
    if (bytes >= smallest && is_victim()) {
        const long number = ++counted;
        if (first_failure() > 0 && number >= first_failure() && number < first_failure() + 3)
            return nullptr;
    }
    return alignment == 0 ? std::malloc(bytes)
                          : std::aligned_alloc(alignment, (bytes + alignment - 1) & ~(alignment - 1));
}

struct teller {
    ~teller() {
        if (is_victim() && first_failure() == 0)
            std::fprintf(stderr, "allocations: %ld\n", counted.load());
    }
} at_the_end;

}  // namespace

void* operator new(std::size_t bytes) {
    if (void* data = taken(bytes, 0))
        return data;
    // As the library's own, which asks until there is no handler; ours throws.
    if (const auto handler = std::get_new_handler())
        handler();
    throw std::bad_alloc();
}

void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return taken(bytes, static_cast<std::size_t>(alignment));
}

void operator delete(void* data) noexcept {
    std::free(data);
}

void operator delete(void* data, std::size_t) noexcept {
    std::free(data);
}

void operator delete(void* data, std::align_val_t) noexcept {
    std::free(data);
}
