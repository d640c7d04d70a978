// More than 2^31 bytes in one message, broadcast and reduction between two ranks: 2.1 GiB a rank and side.
#include <gtest/gtest.h>

#include <span>

#include "tomosweep/comm/communicator.hpp"

namespace tomosweep::large_messages_test {
namespace {

constexpr std::size_t count = (std::size_t{1} << 28) + 1001;  // 8 bytes each

std::span<std::uint64_t> words_of(std::vector<std::byte>& bytes) {
    return {reinterpret_cast<std::uint64_t*>(bytes.data()), bytes.size() / sizeof(std::uint64_t)};
}

std::vector<std::byte> counted_up() {
    std::vector<std::byte> bytes(count * sizeof(std::uint64_t));
    for (std::size_t i = 0; std::uint64_t & word : words_of(bytes))
        word = i++;
    return bytes;
}

std::size_t wrong_words(std::vector<std::byte>& bytes) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; const std::uint64_t word : words_of(bytes))
        wrong += word != i++;
    return wrong + (bytes.size() != count * sizeof(std::uint64_t));
}

TEST(large_messages, exchange_delivers_more_than_2_to_the_31_bytes) {
    const auto ranks = communicator::world();
    std::vector<message> outgoing;
    if (ranks.root())
        outgoing.push_back({1, counted_up()});
    std::vector<message> arrived = ranks.exchange(outgoing);
    ASSERT_EQ(arrived.size(), ranks.root() ? 0U : 1U);
    for (message& each : arrived)
        EXPECT_EQ(wrong_words(each.bytes), 0U);
    EXPECT_EQ(ranks.bytes_sent(), ranks.root() ? static_cast<std::int64_t>(count * 8) : 0);
}

TEST(large_messages, send_and_receive_pass_on_more_than_2_to_the_31_bytes) {
    const auto ranks = communicator::world();
    if (ranks.root()) {
        ranks.send(1, counted_up());
    } else {
        std::vector<std::byte> bytes = ranks.receive(0);
        EXPECT_EQ(wrong_words(bytes), 0U);
    }
}

TEST(large_messages, broadcast_brings_more_than_2_to_the_31_bytes) {
    const auto ranks = communicator::world();
    std::vector<std::byte> bytes = ranks.root() ? counted_up() : std::vector<std::byte>();
    ranks.broadcast(bytes);
    EXPECT_EQ(wrong_words(bytes), 0U);
}

TEST(large_messages, sums_run_over_more_than_2_to_the_31_bytes) {
    const auto ranks = communicator::world();
    std::vector<std::byte> bytes = counted_up();
    ranks.sum(words_of(bytes));
    for (std::uint64_t& word : words_of(bytes))
        word /= static_cast<std::uint64_t>(ranks.size());
    EXPECT_EQ(wrong_words(bytes), 0U);
}

}  // namespace
}  // namespace tomosweep::large_messages_test
