#include "label_counts.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace tomosweep {
namespace {

/// Sums the counts of equal labels; ascending.
void merge_equal(std::vector<label_count>& counts) {
    std::ranges::sort(counts);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (kept > 0 && counts[kept - 1].first == counts[i].first)
            counts[kept - 1].second += counts[i].second;
        else
            counts[kept++] = counts[i];
    counts.resize(kept);
}

struct wire_count {
    std::uint64_t label = 0;
    std::int64_t voxels = 0;
};

/// Each label's counts, with the rank that adds them up.
std::vector<label_count> shared_out(const communicator& ranks, const std::vector<label_count>& own) {
    const auto size = static_cast<std::size_t>(ranks.size());
    std::vector<std::vector<wire_count>> parcels(size);
    for (const auto& [label, voxels] : own)
        parcels[label % size].push_back({label, voxels});
    std::vector<message> outgoing;
    for (std::size_t rank = 0; rank < size; ++rank) {
        const auto bytes = std::as_bytes(std::span(parcels[rank]));
        if (!bytes.empty())
            outgoing.push_back({static_cast<int>(rank), {bytes.begin(), bytes.end()}});
    }
    std::vector<label_count> arrived;
    for (const message& each : ranks.exchange(outgoing)) {
        std::vector<wire_count> counts(each.bytes.size() / sizeof(wire_count));
        if (!counts.empty())
            std::memcpy(counts.data(), each.bytes.data(), each.bytes.size());
        for (const wire_count& count : counts)
            arrived.emplace_back(count.label, count.voxels);
    }
    merge_equal(arrived);
    return arrived;
}

}  // namespace

label_count most_frequent(const communicator& ranks, const std::vector<label_count>& own) {
    label_count best{0, 0};
    for (const label_count& each : shared_out(ranks, own))
        if (each.second > best.second)
            best = each;
    const std::int64_t most = ranks.max(best.second);
    constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t label = ranks.min(most > 0 && best.second == most ? best.first : none);
    return most > 0 ? label_count{label, most} : label_count{0, 0};
}

void label_counter::append(std::uint64_t label) {
    constexpr std::size_t slack = std::size_t{1} << 16;
    if (counts_.size() > 2 * compacted_ + slack)
        compact();
    counts_.emplace_back(label, 1);
}

void label_counter::compact() {
    merge_equal(counts_);
    compacted_ = counts_.size();
}

std::vector<label_count> label_counter::take() {
    compact();
    return std::move(counts_);
}

}  // namespace tomosweep
