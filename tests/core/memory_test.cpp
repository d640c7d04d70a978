#include "tomosweep/core/memory.hpp"

#include <gtest/gtest.h>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::memory_test {
namespace {

TEST(memory_limit, refuses_what_would_pass_it_and_nothing_else) {
    const std::int64_t held = memory_in_use().now;
    {
        const memory_limit limit(held + 1000);
        const array3<std::uint8_t> fits({10, 10, 10});
        EXPECT_THROW(array3<std::uint8_t>({1, 1, 1}), resource_error);
        EXPECT_EQ(memory_in_use().now, held + 1000);
    }
    EXPECT_NO_THROW(array3<std::uint8_t>({1, 1, 1}));
}

TEST(memory_in_use, does_not_count_what_could_not_be_had) {
    const std::int64_t held = memory_in_use().now;
    EXPECT_THROW(array3<std::uint64_t>({1 << 20, 1 << 20, 1 << 14}), resource_error);
    EXPECT_EQ(memory_in_use().now, held);
}

}  // namespace
}  // namespace tomosweep::memory_test
