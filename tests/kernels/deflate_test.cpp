#include "tomosweep/kernels/deflate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>

#include "tomosweep/core/error.hpp"

namespace tomosweep::deflate_test {
namespace {

std::vector<std::byte> random_values(std::size_t bytes, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::byte> values(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
        values[i] = static_cast<std::byte>(i % 8 == 0 ? random() : 3);
    return values;
}

extent3 row_of(std::size_t values) {
    return {1, 1, static_cast<index_t>(values)};
}

TEST(chunk_packer, unpacks_what_it_packed) {
    chunk_packer packer;
    for (const std::size_t value_bytes : {std::size_t{1}, std::size_t{2}, std::size_t{4}, std::size_t{8}})
        for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
            const auto values = random_values(count * value_bytes, 11);
            const auto packed = packer.pack(values, row_of(count), value_bytes);
            std::vector<std::byte> back(values.size());
            EXPECT_TRUE(packer.unpack(packed, value_bytes, true, back));
            EXPECT_EQ(back, values) << count << " values of " << value_bytes << " bytes";
        }
}

TEST(chunk_packer, packs_noise_and_repeats_by_what_suits_them) {
    // One packer, in turns: noise is left to libdeflate.
    chunk_packer packer;
    const extent3 extent{16, 32, 64};
    std::mt19937 random(13);
    std::vector<std::byte> noise(static_cast<std::size_t>(voxel_count(extent)) * 4);
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<std::byte>(random()); });
    const std::vector<std::byte> alike(noise.size(), std::byte{1});
    for (const std::vector<std::byte>* values : {&std::as_const(noise), &alike, &std::as_const(noise)}) {
        const auto packed = packer.pack(*values, extent, 4);
        EXPECT_LT(packed.size(), values == &alike ? 300U : noise.size() + 100U);
        std::vector<std::byte> back(noise.size());
        EXPECT_TRUE(packer.unpack(packed, 4, true, back));
        EXPECT_EQ(back, *values);
    }
    EXPECT_THROW((void)packer.pack(noise, {16, 32, 63}, 4), internal_error);
}

TEST(chunk_packer, puts_the_bytes_of_a_value_apart) {
    // Two values of four bytes: first both lowest bytes, then the next ones.
    chunk_packer packer;
    std::vector<std::byte> values;
    for (const int byte : {1, 2, 3, 4, 11, 12, 13, 14})
        values.push_back(static_cast<std::byte>(byte));
    std::vector<std::byte> stored(8);
    EXPECT_TRUE(packer.unpack(packer.pack(values, row_of(2), 4), 4, false, stored));
    std::vector<std::byte> expected;
    for (const int byte : {1, 11, 2, 12, 3, 13, 4, 14})
        expected.push_back(static_cast<std::byte>(byte));
    EXPECT_EQ(stored, expected);
}

TEST(chunk_packer, tells_damaged_and_wrongly_sized_chunks) {
    chunk_packer packer;
    const auto values = random_values(1000, 12);
    auto packed = packer.pack(values, row_of(1000), 1);
    std::vector<std::byte> more(1001), fewer(999), equal(1000);
    EXPECT_FALSE(packer.unpack(packed, 1, true, more));
    EXPECT_FALSE(packer.unpack(packed, 1, true, fewer));
    packed[packed.size() / 2] ^= std::byte{0xFF};
    EXPECT_FALSE(packer.unpack(packed, 1, true, equal));
    packed.resize(packed.size() / 2);
    EXPECT_FALSE(packer.unpack(packed, 1, true, equal));
}

TEST(packed_chunks, come_in_order_whatever_the_threads) {
    const auto fill = [](index_t i, std::byte* to) { std::fill_n(to, 64, static_cast<std::byte>(i)); };
    const auto packed = packed_chunks(200, {2, 2, 2}, 8, fill);
    ASSERT_EQ(packed.size(), 200U);
    chunk_packer packer;
    for (std::size_t i = 0; i < packed.size(); ++i) {
        std::vector<std::byte> values(64);
        constexpr std::size_t checksum_bytes = 4;
        const auto stream = std::span<const std::byte>(packed[i]).first(packed[i].size() - checksum_bytes);
        EXPECT_TRUE(packer.unpack(stream, 8, true, values));
        EXPECT_EQ(values, std::vector<std::byte>(64, static_cast<std::byte>(i)));
    }
}

TEST(packed_chunks, pass_on_what_a_thread_throws) {
    EXPECT_THROW(packed_chunks(50, {1, 1, 1}, 8,
                               [](index_t i, std::byte* to) {
                                   std::fill_n(to, 8, std::byte{0});
                                   if (i == 33)
                                       throw std::runtime_error("no chunk");
                               }),
                 std::runtime_error);
}

}  // namespace
}  // namespace tomosweep::deflate_test
