#include "tomosweep/comm/step_ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tomosweep/core/memory.hpp"

namespace tomosweep::step_ledger_test {
namespace {

using namespace std::chrono_literals;

const step_use& use_of(step_ledger& ledger, scan_step what) {
    return ledger.uses()[static_cast<std::size_t>(what)];
}

const step_summary& of(const ledger_summary& summary, scan_step what) {
    return *std::ranges::find(summary.steps, what, &step_summary::what);
}

TEST(step_ledger, every_moment_belongs_to_the_innermost_step) {
    const auto ranks = communicator::world();
    const auto before = std::chrono::steady_clock::now();
    step_ledger ledger(ranks);
    const auto made = std::chrono::steady_clock::now();
    {
        const step_scope outer(&ledger, scan_step::tables);
        std::this_thread::sleep_for(20ms);
        {
            const step_scope inner(&ledger, scan_step::joins);
            std::this_thread::sleep_for(60ms);
        }
        std::this_thread::sleep_for(20ms);
    }
    const auto asked = std::chrono::steady_clock::now();
    const auto uses = ledger.uses();
    const auto answered = std::chrono::steady_clock::now();
    double sum = 0;
    for (const step_use& use : uses)
        sum += use.seconds;
    constexpr double rounding = 1e-6;
    EXPECT_GE(sum, std::chrono::duration<double>(asked - made).count() - rounding);
    EXPECT_LE(sum, std::chrono::duration<double>(answered - before).count() + rounding);
    EXPECT_GE(use_of(ledger, scan_step::joins).seconds, 0.06);
    EXPECT_GE(use_of(ledger, scan_step::tables).seconds, 0.04);
}

TEST(step_ledger, messages_belong_to_the_step_that_sends_them) {
    const auto ranks = communicator::world();
    step_ledger ledger(ranks);
    const int next = (ranks.rank() + 1) % ranks.size(), others = ranks.size() - 1;
    {
        const step_scope balls(&ledger, scan_step::balls);
        ranks.exchange({{next, std::vector<std::byte>(1000)}});
    }
    {
        const step_scope tables(&ledger, scan_step::tables, 5);
        ranks.sum(std::int64_t{1});
    }
    const std::int64_t several = others > 0 ? 1 : 0;
    EXPECT_EQ(use_of(ledger, scan_step::balls).bytes_sent, 1000 * several + 8 * others);
    EXPECT_EQ(use_of(ledger, scan_step::balls).bytes_received, 1000 * several + 8 * others);
    EXPECT_EQ(use_of(ledger, scan_step::tables).bytes_sent, 8 * several);
    EXPECT_EQ(use_of(ledger, scan_step::tables).voxels, 5);
    EXPECT_EQ(use_of(ledger, scan_step::other).bytes_sent, 0);
}

TEST(step_ledger, waiting_for_another_rank_is_told_from_own_work) {
    const auto ranks = communicator::world();
    step_ledger ledger(ranks);
    const int late = ranks.size() - 1;
    {
        const step_scope step(&ledger, scan_step::distance);
        if (ranks.rank() == late)
            std::this_thread::sleep_for(300ms);
        ranks.barrier();
    }
    const step_summary distance = of(summary_of(ranks, ledger), scan_step::distance);
    EXPECT_EQ(distance.slowest_rank, late);
    EXPECT_GE(distance.seconds.max - distance.waiting_seconds.min, 0.3);
    EXPECT_GT(distance.waiting_seconds.max, 0);
}

TEST(step_ledger, the_peak_of_a_step_is_what_volumes_held_during_it) {
    const auto ranks = communicator::world();
    void* const before = allocate_bytes(1 << 20);
    step_ledger ledger(ranks);
    const std::int64_t held = memory_in_use().now;
    {
        const step_scope step(&ledger, scan_step::distance);
        release_bytes(allocate_bytes(3 << 20), 3 << 20);
    }
    {
        const step_scope step(&ledger, scan_step::thickness);
        release_bytes(allocate_bytes(1 << 20), 1 << 20);
    }
    release_bytes(before, 1 << 20);
    EXPECT_EQ(use_of(ledger, scan_step::distance).peak_bytes, held + (3 << 20));
    EXPECT_EQ(use_of(ledger, scan_step::thickness).peak_bytes, held + (1 << 20));
}

TEST(step_ledger, the_summary_is_that_of_all_ranks_and_names_only_steps_taken) {
    const auto ranks = communicator::world();
    step_ledger ledger(ranks);
    {
        step_scope step(&ledger, scan_step::read, ranks.rank() + 1);
        step.read(10 * (ranks.rank() + 1));
        step.wrote(ranks.root() ? 7 : 0);
    }
    const ledger_summary summary = summary_of(ranks, ledger);
    const std::int64_t n = ranks.size();
    ASSERT_EQ(summary.steps.size(), 2U) << "other and read";
    const step_summary& read = of(summary, scan_step::read);
    EXPECT_EQ(summary.ranks, n);
    EXPECT_EQ(read.calls, 1);
    EXPECT_EQ(read.voxels.min, 1);
    EXPECT_EQ(read.voxels.max, n);
    EXPECT_EQ(read.voxels.mean, static_cast<double>(n + 1) / 2);
    EXPECT_EQ(read.bytes_read.max, 10 * n);
    EXPECT_EQ(read.bytes_written.min, n > 1 ? 0 : 7);
    EXPECT_EQ(read.bytes_written.max, 7);
    EXPECT_EQ(read.bytes_sent.max, 0) << "the reductions of the summary are not the scan's";
}

TEST(step_ledger, without_a_ledger_scopes_do_nothing) {
    step_scope step(nullptr, scan_step::read, 5);
    step.read(1);
    step.wrote(1);
    EXPECT_EQ(name_of(scan_step::read), "read");
    EXPECT_EQ(name_of(static_cast<scan_step>(step_count - 1)), "write");
}

}  // namespace
}  // namespace tomosweep::step_ledger_test
