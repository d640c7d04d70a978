#include "tomosweep/campaign/effort.hpp"

#include <cstring>
#include <span>
#include <type_traits>

#include "tomosweep/core/memory.hpp"

namespace tomosweep {
namespace {

struct header {
    std::uint64_t index = 0;
    std::uint64_t steps = 0;
    std::int64_t ranks = 0;
    double seconds = 0;
};

template <class T>
void put(std::vector<std::byte>& bytes, std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto more = std::as_bytes(values);
    bytes.insert(bytes.end(), more.begin(), more.end());
}

template <class T>
void take(std::span<const std::byte>& bytes, std::span<T> values) {
    if (!values.empty())
        std::memcpy(values.data(), bytes.data(), values.size_bytes());
    bytes = bytes.subspan(values.size_bytes());
}

}  // namespace

peak_memory peak_of_all_ranks(const communicator& ranks, index_t largest_block) {
    const std::int64_t resident = peak_resident_bytes();
    const double per_voxel = largest_block > 0 ? static_cast<double>(resident) / static_cast<double>(largest_block) : 0;
    return {ranks.max(memory_in_use().peak), ranks.max(resident), ranks.max(per_voxel)};
}

std::vector<std::byte> packed(const indexed_effort& effort) {
    const auto& [index, ledger] = effort;
    const header head{index, ledger.steps.size(), ledger.ranks, ledger.seconds};
    std::vector<std::byte> bytes;
    put(bytes, std::span(&head, 1));
    put(bytes, std::span(ledger.steps));
    return bytes;
}

indexed_effort unpacked(std::span<const std::byte> bytes) {
    header head;
    take(bytes, std::span(&head, 1));
    ledger_summary ledger{static_cast<int>(head.ranks), head.seconds, std::vector<step_summary>(head.steps)};
    take(bytes, std::span(ledger.steps));
    return {head.index, std::move(ledger)};
}

}  // namespace tomosweep
