#include "tomosweep/campaign/effort.hpp"

#include <gtest/gtest.h>

namespace tomosweep::effort_test {
namespace {

/// A scan of `index` seconds that sent 100 index + step bytes in each of `index` steps.
ledger_summary summary_for(std::size_t index) {
    ledger_summary summary{static_cast<int>(index) + 1, static_cast<double>(index), {}};
    for (std::size_t step = 0; step < index; ++step) {
        summary.steps.emplace_back();
        summary.steps.back().what = static_cast<scan_step>(step);
        summary.steps.back().bytes_sent.max = static_cast<std::int64_t>(100 * index + step);
    }
    return summary;
}

TEST(effort, comes_out_of_a_letter_as_it_went_in) {
    for (std::size_t steps = 0; steps < step_count; ++steps) {
        const auto [index, ledger] = unpacked(packed({steps + 5, summary_for(steps)}));
        EXPECT_EQ(index, steps + 5);
        EXPECT_EQ(ledger.ranks, static_cast<int>(steps) + 1);
        EXPECT_EQ(ledger.seconds, static_cast<double>(steps));
        ASSERT_EQ(ledger.steps.size(), steps);
        for (std::size_t step = 0; step < steps; ++step) {
            EXPECT_EQ(ledger.steps[step].what, static_cast<scan_step>(step));
            EXPECT_EQ(ledger.steps[step].bytes_sent.max, static_cast<std::int64_t>(100 * steps + step));
        }
    }
}

}  // namespace
}  // namespace tomosweep::effort_test
