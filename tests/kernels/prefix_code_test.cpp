#include "tomosweep/kernels/prefix_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <queue>
#include <random>
#include <vector>

namespace tomosweep::prefix_code_test {
namespace {

std::vector<std::uint8_t> lengths_for(const std::vector<std::uint32_t>& counts, int longest) {
    std::vector<std::uint8_t> lengths(counts.size());
    prefix_code_lengths(counts, longest, lengths);
    return lengths;
}

/// Share of all codes of 15 bits that begin with one of these; a complete code takes all of them.
unsigned taken(const std::vector<std::uint8_t>& lengths) {
    unsigned codes = 0;
    for (const std::uint8_t each : lengths)
        codes += each > 0 ? 1U << (15 - each) : 0U;
    return codes;
}

/// Bits of the text under the best code: every symbol takes one for each joining above it.
std::uint64_t fewest_bits(const std::vector<std::uint32_t>& counts) {
    std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> left;
    for (const std::uint32_t each : counts)
        if (each > 0)
            left.push(each);
    std::uint64_t bits = 0;
    while (left.size() > 1) {
        std::uint64_t sum = left.top();
        left.pop();
        sum += left.top();
        left.pop();
        left.push(sum);
        bits += sum;
    }
    return bits;
}

TEST(prefix_code, no_other_code_is_shorter) {
    const unsigned seed = std::random_device()();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    for (int turn = 0; turn < 200; ++turn) {
        std::vector<std::uint32_t> counts(2 + random() % 285);
        // A code of 16 bits takes 2584 symbols (Fibonacci's 18th number), so that the limit has no say.
        for (std::uint32_t& each : counts)
            each = random() % 3 == 0 ? 0 : static_cast<std::uint32_t>(1 + random() % (2500 / counts.size()));
        counts[0] = counts[1] = 1;
        const auto lengths = lengths_for(counts, 15);
        ASSERT_EQ(taken(lengths), 1U << 15);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            ASSERT_EQ(lengths[i] > 0, counts[i] > 0);
            bits += std::uint64_t{counts[i]} * lengths[i];
        }
        ASSERT_EQ(bits, fewest_bits(counts));
    }
}

TEST(prefix_code, keeps_to_the_longest_length) {
    // Fibonacci numbers make the deepest tree: a bit more for each.
    for (const int longest : {5, 7, 15}) {
        std::vector<std::uint32_t> counts{1, 1};
        while (counts.size() < 19)
            counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
        const auto lengths = lengths_for(counts, longest);
        EXPECT_EQ(taken(lengths), 1U << 15);
        EXPECT_LE(*std::max_element(lengths.begin(), lengths.end()), longest);
        EXPECT_TRUE(std::is_sorted(lengths.rbegin(), lengths.rend())) << "what is rarer is shorter";
    }
}

TEST(prefix_code, has_two_codes_even_for_less) {
    EXPECT_EQ(lengths_for({0, 0, 0, 0}, 15), (std::vector<std::uint8_t>{1, 1, 0, 0}));
    EXPECT_EQ(lengths_for({0, 0, 9, 0}, 15), (std::vector<std::uint8_t>{1, 0, 1, 0}));
    EXPECT_EQ(lengths_for({9, 0, 0, 0}, 15), (std::vector<std::uint8_t>{1, 1, 0, 0}));
}

TEST(prefix_code, is_numbered_as_the_example_of_rfc_1951) {
    const std::array<std::uint8_t, 8> lengths{3, 3, 3, 3, 3, 2, 4, 4};
    std::array<std::uint16_t, 8> codes{};
    prefix_codes(lengths, codes);
    // 010 011 100 101 110 00 1110 1111, read from the right
    EXPECT_EQ(codes, (std::array<std::uint16_t, 8>{0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111}));
}

}  // namespace
}  // namespace tomosweep::prefix_code_test
