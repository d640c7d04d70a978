#include "tomosweep/comm/mailbox.hpp"

#include <gtest/gtest.h>

#include <map>

namespace tomosweep::mailbox_test {
namespace {

/// `value` in the first byte, and longer than what MPI sends at once for every third value.
mailbox::letter letter_with(int value) {
    mailbox::letter text(value % 3 == 0 ? 100000 : 3, std::byte{7});
    text.front() = static_cast<std::byte>(value);
    return text;
}

TEST(mailbox, rank_0_finds_every_letter_once_in_the_order_of_its_sender) {
    const auto ranks = communicator::world();
    constexpr int letters = 10;
    mailbox box(ranks);
    std::map<int, std::vector<int>> found;
    const auto sort_in = [&](const std::vector<mailbox::letter>& texts) {
        for (const mailbox::letter& text : texts) {
            const auto value = std::to_integer<int>(text.front());
            EXPECT_EQ(text, letter_with(value));
            found[value / letters].push_back(value % letters);
        }
    };
    for (int i = 0; i < letters; ++i) {
        box.post(letter_with(ranks.rank() * letters + i));
        sort_in(box.collect());
    }
    sort_in(box.collect_all());
    EXPECT_TRUE(box.collect_all().empty());
    ASSERT_EQ(found.size(), ranks.root() ? static_cast<std::size_t>(ranks.size()) : 0);
    for (const auto& [rank, order] : found)
        EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})) << "rank " << rank;
}

TEST(mailbox, may_be_left_with_letters_in_it) {
    const auto ranks = communicator::world();
    mailbox box(ranks);
    box.post(letter_with(1));
}

}  // namespace
}  // namespace tomosweep::mailbox_test
