#include "tomosweep/comm/communicator.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tomosweep/core/error.hpp"

namespace tomosweep::communicator_test {
namespace {

std::vector<std::byte> bytes_of(int from, int to, std::size_t count) {
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = static_cast<std::byte>(static_cast<std::size_t>(from * 31 + to * 7) + i);
    return bytes;
}

TEST(communicator, reductions_see_every_rank) {
    const auto ranks = communicator::world();
    const std::int64_t own = (std::int64_t{1} << 40) + ranks.rank();
    const std::int64_t n = ranks.size();
    EXPECT_EQ(ranks.sum(own), n * (std::int64_t{1} << 40) + n * (n - 1) / 2);
    EXPECT_EQ(ranks.max(own), (std::int64_t{1} << 40) + n - 1);
    EXPECT_EQ(ranks.min(own), std::int64_t{1} << 40);
}

TEST(communicator, broadcast_brings_values_of_any_number) {
    const auto ranks = communicator::world();
    std::vector<double> values;
    if (ranks.rank() == ranks.size() - 1)
        values = {1.5, 2.5, 3.5};
    ranks.broadcast(values, ranks.size() - 1);
    EXPECT_EQ(values, (std::vector<double>{1.5, 2.5, 3.5}));
    std::string text = ranks.root() ? "from the root" : "longer, and of no importance";
    ranks.broadcast(text);
    EXPECT_EQ(text, "from the root");
}

TEST(communicator, exchange_delivers_every_message_and_nothing_else) {
    const auto ranks = communicator::world();
    std::vector<message> outgoing;
    for (int to = 0; to < ranks.size(); ++to)
        if ((ranks.rank() + to) % 3 != 0)
            outgoing.push_back({to, bytes_of(ranks.rank(), to, 100 + static_cast<std::size_t>(to))});
    const std::vector<message> incoming = ranks.exchange(std::move(outgoing));
    std::size_t next = 0;
    for (int from = 0; from < ranks.size(); ++from)
        if ((ranks.rank() + from) % 3 != 0) {
            ASSERT_LT(next, incoming.size());
            EXPECT_EQ(incoming[next].rank, from);
            EXPECT_EQ(incoming[next].bytes, bytes_of(from, ranks.rank(), 100 + static_cast<std::size_t>(ranks.rank())));
            ++next;
        }
    EXPECT_EQ(next, incoming.size());
}

TEST(communicator, messages_between_ranks_that_know_of_each_other_bring_their_sizes) {
    const auto ranks = communicator::world();
    const int next = (ranks.rank() + 1) % ranks.size(), last = (ranks.rank() + ranks.size() - 1) % ranks.size();
    const auto bytes_from = [](int rank) {
        return std::vector<std::byte>(static_cast<std::size_t>(rank * 1000), static_cast<std::byte>(rank));
    };
    std::vector<message> incoming{{last, {}}};
    ranks.exchange_known({{next, bytes_from(ranks.rank())}}, incoming);
    EXPECT_EQ(incoming[0].bytes, bytes_from(last));
    std::vector<message> none;
    ranks.exchange_known({}, none);
    EXPECT_TRUE(none.empty());
}

TEST(communicator, send_and_receive_keep_sizes) {
    const auto ranks = communicator::world();
    if (ranks.size() < 2)
        GTEST_SKIP() << "one rank has nobody to send to";
    if (ranks.rank() == 1)
        ranks.send(0, bytes_of(1, 0, 12345));
    if (ranks.rank() == 0) {
        EXPECT_EQ(ranks.receive(1), bytes_of(1, 0, 12345));
    }
}

TEST(communicator, messages_longer_than_a_piece_arrive_whole) {
    auto ranks = communicator::world();
    ranks.limit_pieces(8);
    const communicator group = ranks.split(0);
    const int next = (ranks.rank() + 1) % ranks.size(), before = (ranks.rank() + ranks.size() - 1) % ranks.size();
    for (const std::size_t bytes : {std::size_t{7}, std::size_t{8}, std::size_t{9}, std::size_t{1000}}) {
        const auto arrived = group.exchange({{next, bytes_of(ranks.rank(), next, bytes)}});
        ASSERT_EQ(arrived.size(), 1u);
        EXPECT_EQ(arrived.front().bytes, bytes_of(before, ranks.rank(), bytes));
        std::vector<std::byte> text = group.root() ? bytes_of(1, 2, bytes) : std::vector<std::byte>();
        group.broadcast(text);
        EXPECT_EQ(text, bytes_of(1, 2, bytes));
        if (ranks.rank() == 1)
            group.send(0, bytes_of(1, 0, bytes));
        if (ranks.size() > 1 && ranks.root()) {
            EXPECT_EQ(group.receive(1), bytes_of(1, 0, bytes));
        }
    }
    std::vector<std::int64_t> counts(101);
    std::iota(counts.begin(), counts.end(), std::int64_t{1} << 33);
    group.sum(std::span(counts));
    for (std::size_t i = 0; i < counts.size(); ++i)
        EXPECT_EQ(counts[i], ranks.size() * ((std::int64_t{1} << 33) + static_cast<std::int64_t>(i)));
    EXPECT_THROW(ranks.limit_pieces(12), error);
    EXPECT_THROW(ranks.limit_pieces(0), error);
}

TEST(communicator, split_groups_by_colour) {
    const auto ranks = communicator::world();
    const auto group = ranks.split(ranks.rank() % 2);
    EXPECT_EQ(group.size(), (ranks.size() + 1 - ranks.rank() % 2) / 2);
    EXPECT_EQ(group.rank(), ranks.rank() / 2);
}

TEST(communicator, counts_the_bytes_that_go_to_others_and_come_from_them) {
    const auto ranks = communicator::world();
    const std::int64_t others = ranks.size() - 1, sizes = 8 * others;
    ranks.exchange({{ranks.rank(), std::vector<std::byte>(1000)}});
    EXPECT_EQ(ranks.bytes_sent(), sizes) << "a message to oneself goes nowhere";
    ranks.exchange({{(ranks.rank() + 1) % ranks.size(), std::vector<std::byte>(1000)}});
    const std::int64_t neighbours = 2 * sizes + (others > 0 ? 1000 : 0);
    EXPECT_EQ(ranks.bytes_sent(), neighbours);
    EXPECT_EQ(ranks.traffic().bytes_received, neighbours);
    ranks.all_gather(std::int64_t{1});
    EXPECT_EQ(ranks.bytes_sent(), neighbours + (others > 0 ? 8 : 0));
    EXPECT_EQ(ranks.traffic().bytes_received, neighbours + 8 * others);
    EXPECT_GT(ranks.traffic().seconds, 0);
}

}  // namespace
}  // namespace tomosweep::communicator_test
