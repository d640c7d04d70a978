#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// Rows of voxels as bit masks: voxel x is bit x % 64 of word x / 64, bits past the row's end are 0.
inline constexpr index_t bits_per_word = 64;
constexpr index_t words_per_row(index_t voxels) {
    return (voxels + bits_per_word - 1) / bits_per_word;
}

/// The lowest `count` bits; all of them from 64 on, none up to 0.
inline std::uint64_t lowest_bits(index_t count) {
    const auto bits = static_cast<std::uint64_t>(std::max<index_t>(count, 0));
    return (bits < 64 ? std::uint64_t{1} << bits : 0) - 1;
}

/// Bits [lo, hi) of a word, cut to the word.
inline std::uint64_t bit_range(index_t lo, index_t hi) {
    return lowest_bits(hi) & ~lowest_bits(lo);
}

/// Classes lowest <= class <= highest; none when `lowest` exceeds `highest`.
struct class_range {
    int lowest = 0;
    int highest = 0;
};
constexpr class_range phase_classes(int phase) {
    return {0, phase};
}
constexpr class_range background_classes(int phase) {
    return {phase + 1, class_background};
}

#ifdef __SSE2__
/// Bits of 64 neighbouring voxels whose class lies in `range`, which must not be empty.
inline std::uint64_t word_bits(const class_t* voxels, class_range range) {
    typedef std::uint8_t classes __attribute__((vector_size(16)));  // NOLINT(modernize-use-using)
    const auto lowest = static_cast<class_t>(range.lowest);
    const auto span = static_cast<class_t>(range.highest - range.lowest);
    std::uint64_t word = 0;
    for (unsigned part = 0; part < 4; ++part) {
        classes sixteen;
        std::memcpy(&sixteen, voxels + 16 * std::size_t{part}, sizeof sixteen);
        const auto inside = reinterpret_cast<__m128i>(sixteen - lowest <= span);
        word |= std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(inside))} << (16 * part);
    }
    return word;
}
#else
/// Bits of 64 neighbouring voxels whose class lies in `range`, which must not be empty.
inline std::uint64_t word_bits(const class_t* voxels, class_range range) {
    const auto lowest = static_cast<class_t>(range.lowest);
    const auto span = static_cast<class_t>(range.highest - range.lowest);
    std::array<std::uint8_t, bits_per_word> inside;
    for (std::size_t i = 0; i < inside.size(); ++i)
        inside[i] = static_cast<class_t>(voxels[i] - lowest) <= span ? 1 : 0;
    std::uint64_t word = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, inside.data() + 8 * byte, sizeof eight);
        // The product's highest byte collects the lowest bit of every byte, the first voxel in its lowest bit.
        const std::uint64_t gathered =
            std::endian::native == std::endian::little ? eight * 0x0102040810204080U : eight * 0x8040201008040201U;
        word |= gathered >> 56 << (8 * byte);
    }
    return word;
}
#endif

/// Writes words_per_row(voxels) masks of one row.
inline void row_bits(const class_t* row, index_t voxels, class_range range, std::uint64_t* words) {
    if (range.lowest > range.highest) {
        std::fill_n(words, words_per_row(voxels), 0);
        return;
    }
    const index_t whole_words = voxels / bits_per_word;
    for (index_t word = 0; word < whole_words; ++word)
        words[word] = word_bits(row + word * bits_per_word, range);
    const index_t rest = voxels % bits_per_word;
    if (rest == 0)
        return;
    std::array<class_t, bits_per_word> tail{};
    std::memcpy(tail.data(), row + whole_words * bits_per_word, static_cast<std::size_t>(rest));
    words[whole_words] = word_bits(tail.data(), range) & ((std::uint64_t{1} << rest) - 1);
}

/// Calls edge(x) for every x where the row's bits change, in order; a row that ends inside a run has an edge at its
/// end. Edges therefore alternate: begin of a run, its end, begin of the next ...
template <class Edge>
void for_each_edge(const std::uint64_t* words, index_t voxels, Edge&& edge) {
    std::uint64_t before = 0;
    for (index_t word = 0; word < words_per_row(voxels); ++word) {
        const std::uint64_t bits = words[word];
        for (std::uint64_t changes = bits ^ (bits << 1 | before); changes != 0; changes &= changes - 1)
            edge(word * bits_per_word + std::countr_zero(changes));
        before = bits >> 63;
    }
    if (before != 0)
        edge(voxels);
}

/// Calls run(begin, end) for the voxels of the row whose bits are set, as many at a time as lie side by side.
template <class Run>
void for_each_run(const std::uint64_t* words, index_t voxels, Run&& run) {
    index_t begin = -1;
    for_each_edge(words, voxels, [&](index_t edge) {
        if (begin >= 0)
            run(begin, edge);
        begin = begin < 0 ? edge : -1;
    });
}

}  // namespace tomosweep
