#include "tomosweep/kernels/repeat_deflate.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/prefix_code.hpp"

namespace tomosweep {
namespace {

constexpr std::size_t shortest = 3, longest = 258;  // of a repeat
constexpr std::size_t window = 32768;
constexpr std::size_t literals = 286, distances = 30, end_of_block = 256;
constexpr std::size_t long_enough = 64;  // no other distance is tried

/// So many tokens of the first `bytes` bytes are few.
std::size_t few_tokens(std::size_t bytes) {
    return 1024 + bytes / 4;
}

/// What stands in the stream for a length or a distance: a symbol, and bits behind it.
struct coded {
    unsigned symbol, extra, extra_bits;
};

constexpr coded coded_length(unsigned length) {
    const unsigned from = length - 3;
    if (length == longest)
        return {285, 0, 0};
    if (from < 8)
        return {257 + from, 0, 0};
    const auto extra_bits = static_cast<unsigned>(std::bit_width(from)) - 3;
    return {257 + 4 * (extra_bits + 1) + (from >> extra_bits & 3U), from & ((1U << extra_bits) - 1), extra_bits};
}

constexpr coded coded_distance(unsigned distance) {
    const unsigned from = distance - 1;
    if (from < 4)
        return {from, 0, 0};
    const auto extra_bits = static_cast<unsigned>(std::bit_width(from)) - 2;
    return {2 * (extra_bits + 1) + (from >> extra_bits & 1U), from & ((1U << extra_bits) - 1), extra_bits};
}

std::uint64_t word_at(const std::byte* from) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}

/// Bytes before the first that is not 0; 8 if there is none.
std::size_t leading_zero_bytes(std::uint64_t word) {
    const int bits = std::endian::native == std::endian::little ? std::countr_zero(word) : std::countl_zero(word);
    return static_cast<std::size_t>(bits) / 8;
}

/// How many of the `most` bytes from `at` on repeat those `distance` before.
std::size_t repeated(const std::byte* at, std::size_t distance, std::size_t most) {
    const std::byte* const before = at - distance;
    const auto difference = [&](std::size_t i) { return word_at(at + i) ^ word_at(before + i); };
    std::size_t equal = 0;
    if (most >= 16) {
        // Short repeats are the most frequent, and their end cannot be foreseen: no branch until 16 bytes are equal.
        const std::uint64_t first = difference(0), second = difference(8);
        equal = leading_zero_bytes(first == 0 ? second : first) + (first == 0 ? 8 : 0);
        if (equal < 16)
            return equal;
    }
    while (equal + 32 <= most &&
           (difference(equal) | difference(equal + 8) | difference(equal + 16) | difference(equal + 24)) == 0)
        equal += 32;
    for (; equal + 8 <= most; equal += 8)
        if (const std::uint64_t found = difference(equal); found != 0)
            return equal + leading_zero_bytes(found);
    while (equal < most && at[equal] == before[equal])
        ++equal;
    return equal;
}

}  // namespace

struct repeat_deflater::block_codes {
    std::array<std::uint8_t, literals> literal_bits{};
    std::array<std::uint8_t, distances> distance_bits{};
    std::array<std::uint16_t, literals> literal{};
    std::array<std::uint16_t, distances> distance{};
};

bool repeat_deflater::split(std::span<const std::byte> bytes, std::size_t begin, std::size_t end) {
    tokens_.clear();
    for (std::size_t at = begin; at < end;) {
        std::size_t length = 0, which = 0;
        for (std::size_t i = 0; i < distances_.size() && length < long_enough; ++i) {
            if (distances_[i] > at || distances_[i] > window)
                continue;
            const std::size_t found = repeated(bytes.data() + at, distances_[i], end - at);
            which = found > length ? i : which;
            length = std::max(length, found);
        }
        if (length > longest && length % longest < shortest)
            length -= length % longest;
        if (length < shortest) {
            tokens_.push_back({0, std::to_integer<std::uint16_t>(bytes[at])});
            length = 1;
        } else {
            tokens_.resize(tokens_.size() + length / longest, {longest, static_cast<std::uint16_t>(which)});
            if (length % longest > 0)
                tokens_.push_back({static_cast<std::uint16_t>(length % longest), static_cast<std::uint16_t>(which)});
        }
        at += length;
        if (tokens_before_ + tokens_.size() > few_tokens(at))
            return false;
    }
    tokens_before_ += tokens_.size();
    return true;
}

/// At most 48 bits.
void repeat_deflater::bit_writer::put(std::uint64_t value, unsigned bits) {
    waiting |= value << waiting_bits;
    waiting_bits += bits;
    for (unsigned i = 0; i < 8; ++i)
        to[i] = static_cast<std::byte>(waiting >> 8 * i & 0xFFU);
    to += waiting_bits / 8;
    waiting >>= waiting_bits / 8 * 8;
    waiting_bits %= 8;
}

/// The lengths of both codes, in a code of their own (RFC 1951, 3.2.7).
void repeat_deflater::put_lengths(std::span<const std::uint8_t> literal, std::span<const std::uint8_t> distance) {
    std::vector<std::uint8_t> lengths(literal.begin(), literal.end());
    lengths.insert(lengths.end(), distance.begin(), distance.end());
    std::vector<coded> items;
    for (std::size_t i = 0; i < lengths.size();) {
        const auto end = std::find_if(lengths.begin() + static_cast<std::ptrdiff_t>(i), lengths.end(),
                                      [&](std::uint8_t each) { return each != lengths[i]; });
        const auto alike = static_cast<unsigned>(end - lengths.begin()) - static_cast<unsigned>(i);
        unsigned taken = 1;
        if (lengths[i] == 0 && alike >= 11)
            items.push_back({18, (taken = std::min(alike, 138U)) - 11, 7});
        else if (lengths[i] == 0 && alike >= 3)
            items.push_back({17, (taken = alike) - 3, 3});
        else if (i > 0 && lengths[i] == lengths[i - 1] && alike >= 3)
            items.push_back({16, (taken = std::min(alike, 6U)) - 3, 2});
        else
            items.push_back({lengths[i], 0, 0});
        i += taken;
    }
    std::array<std::uint32_t, 19> counts{};
    for (const coded& each : items)
        ++counts[each.symbol];
    std::array<std::uint8_t, 19> bits{};
    std::array<std::uint16_t, 19> codes{};
    prefix_code_lengths(counts, 7, bits);
    prefix_codes(bits, codes);
    constexpr std::array<std::size_t, 19> order{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    std::size_t sent = order.size();
    while (sent > 4 && bits[order[sent - 1]] == 0)
        --sent;
    writer_.put(literal.size() - 257, 5);
    writer_.put(distance.size() - 1, 5);
    writer_.put(sent - 4, 4);
    for (std::size_t i = 0; i < sent; ++i)
        writer_.put(bits[order[i]], 3);
    for (const coded& each : items) {
        writer_.put(codes[each.symbol], bits[each.symbol]);
        writer_.put(each.extra, each.extra_bits);
    }
}

void repeat_deflater::put_tokens(const block_codes& codes) {
    struct item {
        std::uint32_t value = 0;
        unsigned bits = 0;
    };
    std::array<item, longest + 1> lengths{};
    for (unsigned length = shortest; length <= longest; ++length) {
        const coded each = coded_length(length);
        const unsigned bits = codes.literal_bits[each.symbol];
        lengths[length] = {codes.literal[each.symbol] | each.extra << bits, bits + each.extra_bits};
    }
    std::array<item, 3> back{};
    for (std::size_t i = 0; i < back.size(); ++i)
        if (distances_[i] <= window) {
            const coded each = coded_distance(static_cast<unsigned>(distances_[i]));
            const unsigned bits = codes.distance_bits[each.symbol];
            back[i] = {codes.distance[each.symbol] | each.extra << bits, bits + each.extra_bits};
        }
    // A copy stays in registers; bytes written could be the members themselves for all the compiler knows.
    bit_writer writer = writer_;
    for (const token& each : tokens_)
        if (each.length == 0) {
            writer.put(codes.literal[each.value], codes.literal_bits[each.value]);
        } else {
            const item& first = lengths[each.length];
            const item& second = back[each.value];
            writer.put(first.value | std::uint64_t{second.value} << first.bits, first.bits + second.bits);
        }
    writer_ = writer;
}

void repeat_deflater::put_block(bool last) {
    std::array<std::uint32_t, literals> literal_counts{};
    std::array<std::uint32_t, distances> distance_counts{};
    std::array<std::uint32_t, longest + 1> lengths{};
    std::array<std::uint32_t, 3> back{};
    for (const token& each : tokens_)
        if (each.length == 0) {
            ++literal_counts[each.value];
        } else {
            ++lengths[each.length];
            ++back[each.value];
        }
    for (unsigned length = shortest; length <= longest; ++length)
        literal_counts[coded_length(length).symbol] += lengths[length];
    for (std::size_t i = 0; i < back.size(); ++i)
        if (back[i] > 0)
            distance_counts[coded_distance(static_cast<unsigned>(distances_[i])).symbol] += back[i];
    literal_counts[end_of_block] = 1;

    block_codes codes;
    prefix_code_lengths(literal_counts, 15, codes.literal_bits);
    prefix_code_lengths(distance_counts, 15, codes.distance_bits);
    prefix_codes(codes.literal_bits, codes.literal);
    prefix_codes(codes.distance_bits, codes.distance);
    const auto used = [](std::span<const std::uint8_t> bits, std::size_t least) {
        std::size_t size = bits.size();
        while (size > least && bits[size - 1] == 0)
            --size;
        return bits.first(size);
    };
    writer_.put(last ? 1 : 0, 1);
    writer_.put(2, 2);  // a block with codes of its own
    put_lengths(used(codes.literal_bits, end_of_block + 1), used(codes.distance_bits, 1));
    put_tokens(codes);
    writer_.put(codes.literal[end_of_block], codes.literal_bits[end_of_block]);
}

std::span<const std::byte> repeat_deflater::pack(std::span<const std::byte> bytes, std::size_t planes, std::size_t row,
                                                 std::size_t layer) {
    require(planes > 0 && bytes.size() % planes == 0 && row > 0 && layer > 0, "bytes lie in planes, layers and rows");
    // 48 bits of a token, 5 kbit of a block's codes, head and checksum, and what put() writes beyond.
    stream_.resize(std::max(stream_.size(), 6 * few_tokens(bytes.size()) + 640 * planes + 32));
    distances_ = {1, row, layer};
    tokens_before_ = 0;
    writer_ = {stream_.data()};
    writer_.put(0x0178, 16);  // deflate, window of 32 KiB, fastest level
    const std::size_t size = bytes.size() / planes;
    for (std::size_t plane = 0; plane < planes; ++plane) {
        if (!split(bytes, plane * size, (plane + 1) * size))
            return {};
        put_block(plane + 1 == planes);
    }
    writer_.put(0, (8 - writer_.waiting_bits) % 8);
    const std::uint32_t sum = libdeflate_adler32(1, bytes.data(), bytes.size());
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        writer_.put(sum >> shift & 0xFFU, 8);
    return std::span<const std::byte>(stream_).first(static_cast<std::size_t>(writer_.to - stream_.data()));
}

}  // namespace tomosweep
