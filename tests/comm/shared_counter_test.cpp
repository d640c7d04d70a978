#include "tomosweep/comm/shared_counter.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace tomosweep::shared_counter_test {
namespace {

TEST(shared_counter, hands_out_every_value_exactly_once) {
    const auto ranks = communicator::world();
    constexpr std::int64_t values = 100;
    std::vector<std::int64_t> taken(values, 0);
    {
        shared_counter counter(ranks);
        for (std::int64_t value = counter.add(1); value < values; value = counter.add(1))
            ++taken[static_cast<std::size_t>(value)];
    }
    ranks.sum(std::span(taken));
    EXPECT_EQ(taken, std::vector<std::int64_t>(values, 1));
}

}  // namespace
}  // namespace tomosweep::shared_counter_test
