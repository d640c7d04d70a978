#include "tomosweep/kernels/repeat_deflate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/random_runs.hpp"
#include "tomosweep/kernels/deflate.hpp"

namespace tomosweep::repeat_deflate_test {
namespace {

using bytes = std::vector<std::byte>;

/// libdeflate reads it, and its checksum is right.
void expect_back(std::span<const std::byte> stream, const bytes& values) {
    chunk_packer reader;
    bytes back(values.size(), std::byte{0xA5});
    ASSERT_TRUE(reader.unpack(stream, 1, false, back));
    ASSERT_EQ(back, values);
}

void round_trip(const bytes& values, std::size_t planes, std::size_t row, std::size_t layer) {
    repeat_deflater packer;
    const auto stream = packer.pack(values, planes, row, layer);
    ASSERT_FALSE(stream.empty());
    expect_back(stream, values);
}

TEST(repeat_deflate, brings_back_few_bytes_of_any_kind) {
    std::mt19937 random(3);
    for (std::size_t size = 0; size < 200; ++size) {
        bytes noise(size);
        std::generate(noise.begin(), noise.end(), [&] { return static_cast<std::byte>(random()); });
        ASSERT_NO_FATAL_FAILURE(round_trip(noise, 1, 7, 21)) << size;
        ASSERT_NO_FATAL_FAILURE(round_trip(bytes(size, std::byte{9}), 1, 7, 21)) << size;
    }
    bytes all(256);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::byte>(i);
    round_trip(all, 1, 16, 64);
}

TEST(repeat_deflate, brings_back_runs_of_every_length) {
    for (std::size_t length = 1; length <= 1000; ++length) {
        bytes values;
        for (const int value : {1, 0, 1, 255})
            values.insert(values.end(), length, static_cast<std::byte>(value));
        ASSERT_NO_FATAL_FAILURE(round_trip(values, 1, 64, 4096)) << length;
    }
    for (const std::size_t border : {std::size_t{1} << 15, std::size_t{1} << 16, std::size_t{1} << 20})
        for (std::size_t length = border - 2; length <= border + 2; ++length)
            ASSERT_NO_FATAL_FAILURE(round_trip(bytes(length, std::byte{1}), 1, 64, 4096)) << length;
}

TEST(repeat_deflate, brings_back_repeats_from_every_distance) {
    std::vector<std::size_t> distances{5000, 32766, 32767, 32768, 32769, 40000};
    for (std::size_t distance = 1; distance <= 300; ++distance)
        distances.push_back(distance);
    for (std::size_t bit = 512; bit < 32768; bit *= 2)
        distances.insert(distances.end(), {bit - 1, bit, bit + 1, bit + bit / 2, bit + bit / 2 + 1});
    for (const std::size_t distance : distances) {
        bytes values = support::random_runs(distance, 40, static_cast<unsigned>(distance));
        for (std::size_t i = 0; i < 1000; ++i)
            values.push_back(values[values.size() - distance]);
        ASSERT_NO_FATAL_FAILURE(round_trip(values, 1, distance, 7)) << distance;
        ASSERT_NO_FATAL_FAILURE(round_trip(values, 1, 7, distance)) << distance;
    }
}

TEST(repeat_deflate, brings_back_random_runs_in_planes) {
    const unsigned seed = std::random_device()();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    int packed = 0;
    for (int turn = 0; turn < 200; ++turn) {
        const std::size_t planes = std::size_t{1} << random() % 4;
        const auto values = support::random_runs(planes * (random() % 20000), 1 + random() % 100, random());
        repeat_deflater packer;
        const auto stream = packer.pack(values, planes, 1 + random() % 100, 1 + random() % 5000);
        if (stream.empty())
            continue;
        ++packed;
        ASSERT_NO_FATAL_FAILURE(expect_back(stream, values)) << turn;
    }
    EXPECT_GT(packed, 100);
}

TEST(repeat_deflate, gives_up_where_little_repeats) {
    std::mt19937 random(5);
    bytes noise(100000);
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<std::byte>(random()); });
    repeat_deflater packer;
    EXPECT_TRUE(packer.pack(noise, 1, 64, 4096).empty());
    // It is not out of step afterwards, and gives what a fresh one does.
    const auto values = support::random_runs(50000, 60, 6);
    const auto stream = packer.pack(values, 2, 64, 4096);
    const bytes first(stream.begin(), stream.end());
    expect_back(first, values);
    repeat_deflater fresh;
    const auto second = fresh.pack(values, 2, 64, 4096);
    EXPECT_TRUE(std::equal(first.begin(), first.end(), second.begin(), second.end()));
}

TEST(repeat_deflate, takes_two_bits_for_258_equal_bytes) {
    repeat_deflater packer;
    const auto stream = packer.pack(bytes(258 * 4000 + 1, std::byte{1}), 1, 64, 4096);
    EXPECT_LT(stream.size(), 1000U + 40U);
}

TEST(repeat_deflate, needs_one_repeat_for_a_row_or_layer_as_before) {
    // A random first row or layer; each further one of up to 258 bytes is a repeat of some bits.
    for (const bool rows : {true, false}) {
        bytes values = support::random_runs(250, 1, 8);
        for (std::size_t i = 250; i < 250000; ++i)
            values.push_back(values[i - 250]);
        repeat_deflater packer;
        const auto stream = packer.pack(values, 1, rows ? 250 : 9, rows ? 9 : 250);
        EXPECT_LT(stream.size(), 250U + 1000U * 10 / 8 + 200U);
        expect_back(stream, values);
    }
}

}  // namespace
}  // namespace tomosweep::repeat_deflate_test
