#include "neighbourhood_bits.hpp"

#include <algorithm>
#include <utility>

#include "tomosweep/kernels/row_bits.hpp"
#include "vector_paths.hpp"

namespace tomosweep::detail {
namespace {

using word = std::uint64_t;
using change = bit_counts::change;

/// Bit of `near` for one voxel.
[[gnu::always_inline]] inline word bit_of(class_t value, int phases) {
    return value < phases ? word{1} << value : bit_row::elsewhere;
}

[[gnu::always_inline]] inline bool all_alike(const class_t* voxels) {
    std::uint8_t different = 0;
    for (int i = 0; i < chunk; ++i)
        different = static_cast<std::uint8_t>(different | (voxels[i] ^ voxels[0]));
    return different == 0;
}

/// Splits a row into masks `stride` words apart: near, known, one per phase. Returns which classes there are.
TOMOSWEEP_VECTOR_PATHS word split_row(const class_t* row, index_t words, int phases, word* near, index_t stride) {
    word* const known = near + stride;
    word all = 0;
    for (index_t w = 0; w < words; ++w) {
        const class_t* const voxels = row + w * chunk;
        word here = 0;
        if (all_alike(voxels)) {
            here = bit_of(voxels[0], phases);
            known[w] = voxels[0] == class_outside ? 0 : ~word{0};
            for (int k = 0; k < phases; ++k)
                known[w + (k + 1) * stride] = voxels[0] <= k ? ~word{0} : 0;
        } else {
            known[w] = word_bits(voxels, {0, class_background});
            word before = 0;
            for (int k = 0; k < phases; ++k) {
                const word phase = word_bits(voxels, {0, k});
                known[w + (k + 1) * stride] = phase;
                here |= word{phase != before} << k;
                before = phase;
            }
            here |= before == ~word{0} ? 0 : bit_row::elsewhere;
        }
        near[w] = here;
        all |= here;
    }
    for (index_t w = 1; w < words; ++w) {
        near[w] |= bit_of(row[w * chunk - 1], phases);
        near[w - 1] |= bit_of(row[w * chunk], phases);
    }
    return all;
}

/// Bit i: voxel i - 1, or i + 1, where bit i of the word means voxel i.
[[gnu::always_inline]] inline word previous(const word* at) {
    return at[0] << 1 | at[-1] >> 63;
}
[[gnu::always_inline]] inline word next(const word* at) {
    return at[0] >> 1 | at[1] << 63;
}

/// One word of a mask of each row.
using word_block = std::array<const word*, 5>;

[[gnu::always_inline]] inline void neighbours_of(const word_block& rows, word (&there)[13]) {
#pragma GCC unroll 13
    for (std::size_t d = 0; d < half_directions.size(); ++d) {
        const auto& [z, y, x] = half_directions[d];
        const word* const row = rows[static_cast<std::size_t>(z == 0 ? y : y + 3)];
        there[d] = x < 0 ? previous(row) : x > 0 ? next(row) : row[0];
    }
}

[[gnu::always_inline]] inline std::int64_t count(word bits) {
    return __builtin_popcountll(bits);
}

/// All figures of the phase whose masks are given; `begin`: voxels that count, `pairs`: directions in which they do.
[[gnu::always_inline]] inline void count_phase(const word_block& phase, word begin, const word (&pairs)[13],
                                               change& figures) {
    word there[13];
    neighbours_of(phase, there);
    const word any = phase[0][0], own = any & begin;
#pragma GCC unroll 13
    for (std::size_t d = 0; d < half_directions.size(); ++d)
        figures[1 + d] = count((any ^ there[d]) & pairs[d]);
    // Named by their steps along z, y and x; what is full begins at a voxel of the phase, what is touched anywhere.
    const word x = there[0], y = there[1], z = there[2], yx = there[3], zx = there[5], zy = there[7], zyx = there[9];
    const word full_yx = own & y & x & yx;
    const std::int64_t voxels = count(own);
    figures[0] = voxels;
    figures[14] = voxels - count(own & x) - count(own & y) - count(own & z) + count(full_yx) + count(own & z & x & zx) +
                  count(own & z & y & zy) - count(full_yx & z & zx & zy & zyx);
    const word touched_yx = any | y | x | yx;
    figures[15] = count((touched_yx | z | zx | zy | zyx) & begin) - count(touched_yx & begin) -
                  count((any | z | x | zx) & begin) - count((any | z | y | zy) & begin) + count((any | x) & begin) +
                  count((any | y) & begin) + count((any | z) & begin) - voxels;
}

/// Masks of the five rows.
struct row_masks {
    word_block near, known;
    std::array<const word*, 5> phases;
    index_t stride;  ///< between phases
};

/// Adds the word w, which holds several classes: those of `near`.
[[gnu::always_inline]] inline void add_word(const row_masks& rows, index_t w, word begin, word near, change* changes) {
    word_block masks;
    for (std::size_t row = 0; row < masks.size(); ++row)
        masks[row] = rows.known[row] + w;
    word pairs[13];
    neighbours_of(masks, pairs);
    for (word& each : pairs)
        each &= masks[0][0] & begin;
    change before{};
    for (near &= ~bit_row::elsewhere; near != 0; near &= near - 1) {
        const int k = __builtin_ctzll(near);
        for (std::size_t row = 0; row < masks.size(); ++row)
            masks[row] = rows.phases[row] + k * rows.stride + w;
        change figures;
        count_phase(masks, begin, pairs, figures);
        for (std::size_t figure = 0; figure < figures.size(); ++figure)
            changes[k][figure] += figures[figure] - before[figure];
        before = figures;
    }
}

/// Adds `words` words, where voxels [first, end) of the bit rows begin something.
TOMOSWEEP_VECTOR_PATHS void add_words(const row_masks& rows, index_t words, index_t first, index_t end,
                                      change* changes) {
    for (index_t w = 0; w < words; ++w) {
        word near = 0;
        for (const word* row : rows.near)
            near |= row[w];
        if (near == bit_row::elsewhere)
            continue;
        word begin = ~word{0};
        if (w == first / bits_per_word)
            begin <<= first % bits_per_word;
        if (const index_t left = end - w * bits_per_word; left < bits_per_word)
            begin &= left <= 0 ? 0 : (word{1} << left) - 1;
        if ((near & (near - 1)) == 0)
            // All alike: as many faces and cubes as edges and vertices.
            changes[__builtin_ctzll(near)][0] += count(begin);
        else
            add_word(rows, w, begin, near, changes);
    }
}

}  // namespace

bit_row::bit_row(index_t voxels, std::size_t row_size, int phases)
    : words_(words_per_row(voxels)),
      phases_(phases),
      classes_(std::max(row_size, static_cast<std::size_t>(words_ * bits_per_word)), class_outside),
      planes_(static_cast<std::size_t>((words_ + 2) * (phases + 2))) {}

void bit_row::read(const row_reader& reader, index_t z, index_t y) {
    reader.read(z, y, classes_.data());
    const word all = split_row(classes_.data(), words_, phases_, planes_.data() + 1, words_ + 2);
    any_ = (all & ~elsewhere) != 0;
}

void bit_counts::add_row(const half_block& rows, index_t first, index_t end) {
    if (std::none_of(rows.begin(), rows.end(), [](const bit_row* row) { return row->any(); }))
        return;
    row_masks masks;
    masks.stride = rows[0]->known() - rows[0]->near();
    for (std::size_t row = 0; row < rows.size(); ++row) {
        masks.near[row] = rows[row]->near();
        masks.known[row] = rows[row]->known();
        masks.phases[row] = rows[row]->phase(0);
    }
    add_words(masks, rows[0]->words(), first, end, changes_.data());
}

std::int64_t bit_counts::take_voxels(std::size_t k) {
    return std::exchange(changes_[k][0], 0);
}

}  // namespace tomosweep::detail
