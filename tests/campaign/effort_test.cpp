#include "tomosweep/campaign/effort.hpp"

#include <gtest/gtest.h>

namespace tomosweep {
namespace {

/// Scan `index` took `index` seconds and, on `index` steps, 100 index + step bytes.
ledger_summary summary_for(std::size_t index) {
    ledger_summary summary{static_cast<int>(index) + 1, static_cast<double>(index), {}};
    for (std::size_t step = 0; step < index; ++step) {
        summary.steps.emplace_back();
        summary.steps.back().what = static_cast<scan_step>(step);
        summary.steps.back().bytes_sent.max = static_cast<std::int64_t>(100 * index + step);
    }
    return summary;
}

TEST(effort, rank_0_gets_what_all_ranks_bring_by_index) {
    const auto ranks = communicator::world();
    const auto count = static_cast<std::size_t>(ranks.size()), own = static_cast<std::size_t>(ranks.rank());
    // Rank r brings scans r + ranks and r; rank 1 brings nothing.
    std::vector<indexed_effort> brought;
    if (own != 1)
        brought = {{own + count, summary_for(own + count)}, {own, summary_for(own)}};
    const auto all = gathered_efforts(ranks, brought);
    if (!ranks.root()) {
        EXPECT_TRUE(all.empty());
        return;
    }
    ASSERT_EQ(all.size(), count > 1 ? 2 * (count - 1) : 2);
    std::size_t next = 0;
    for (std::size_t index = 0; index < 2 * count; ++index) {
        if (index % count == 1)
            continue;
        const auto& [found, ledger] = all[next++];
        EXPECT_EQ(found, index);
        EXPECT_EQ(ledger.ranks, static_cast<int>(index) + 1);
        EXPECT_EQ(ledger.seconds, static_cast<double>(index));
        ASSERT_EQ(ledger.steps.size(), index);
        if (index > 0) {
            EXPECT_EQ(ledger.steps.back().what, static_cast<scan_step>(index - 1));
            EXPECT_EQ(ledger.steps.back().bytes_sent.max, static_cast<std::int64_t>(100 * index + index - 1));
        }
    }
}

}  // namespace
}  // namespace tomosweep
