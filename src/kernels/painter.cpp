#include "painter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "tomosweep/kernels/row_bits.hpp"
#include "vector_paths.hpp"

namespace tomosweep {
namespace {

/// Largest integer whose square is <= value. Exact: a double holds every 32-bit integer and its root's whole part.
index_t whole_root(index_t value) {
    return static_cast<index_t>(std::sqrt(static_cast<double>(value)));
}

index_t floor_word(index_t x) {
    return x >> 6;
}

/// A row mask moved up by `shift` bits, 0 to 63, of which `below` is the next lower word.
inline std::uint64_t moved(std::uint64_t word, std::uint64_t below, int shift) {
    return word << shift | below >> 1 >> (63 - shift);
}

/// Of the blocks `live` along y, one bit each, those whose rows the moved mask meets. `bits` begins at row 0 of the
/// first block; row r of it is row r + offset of the mask.
TOMOSWEEP_VECTOR_PATHS std::uint64_t blocks_met(const std::uint64_t* bits, const std::uint64_t* word,
                                                const std::uint64_t* below, index_t offset, int shift,
                                                std::uint64_t live) {
    std::uint64_t met = 0;
    for (; live != 0; live &= live - 1) {
        const index_t row = std::countr_zero(live) * block_edge;
        std::uint64_t any = 0;
        for (index_t i = row; i < row + block_edge; ++i)
            any |= bits[i] & (word[i + offset] << shift | below[i + offset] >> 1 >> (63 - shift));
        met |= any != 0 ? live & -live : 0;
    }
    return met;
}

/// Bits [lo, hi) of a word, cut to the word.
std::uint64_t bit_range(index_t lo, index_t hi) {
    lo = std::max<index_t>(lo, 0);
    hi = std::min(hi, bits_per_word);
    return lo >= hi ? 0 : ~std::uint64_t{0} << lo & ~std::uint64_t{0} >> (bits_per_word - hi);
}

constexpr index_t blocks_for(index_t voxels) {
    return (voxels + block_edge - 1) / block_edge;
}

}  // namespace

void ball_mask::shape(distance_sq_t radius_sq) {
    radius_sq_ = radius_sq;
    const index_t largest = static_cast<index_t>(radius_sq) - 1;
    reach_ = whole_root(largest);
    words_ = reach_ / 32 + 1;
    layers_.clear();
    index_t offset = 0;
    for (index_t dz = 0; dz <= reach_; ++dz) {
        const index_t reach = whole_root(largest - dz * dz);
        const index_t stride = 2 * reach + 1 + 2 * block_edge;
        layers_.push_back({reach, stride, offset});
        offset += stride * (words_ + 2);
    }
    if (static_cast<std::size_t>(offset) > masks_.size())
        masks_.resize(static_cast<std::size_t>(offset));
}

void ball_mask::shape_layer(layer& of, index_t dz) {
    of.shaped = true;
    const index_t rest = static_cast<index_t>(radius_sq_) - 1 - dz * dz;
    std::fill_n(masks_.data() + of.offset, of.stride * (words_ + 2), 0);
    for (index_t dy = 0; dy <= of.reach; ++dy) {
        const index_t half = whole_root(rest - dy * dy);
        for (index_t word = 0; word < words_; ++word) {
            const index_t lo = std::max<index_t>(32 * words_ - half - 64 * word, 0);
            const index_t hi = std::min<index_t>(32 * words_ + half - 64 * word, 63);
            if (lo > hi)
                continue;
            const std::uint64_t bits = ~std::uint64_t{0} << lo & ~std::uint64_t{0} >> (63 - hi);
            std::uint64_t* const rows = masks_.data() + of.offset + (word + 1) * of.stride + block_edge + of.reach;
            rows[dy] = bits;
            rows[-dy] = bits;
        }
    }
}

unpainted_slab::unpainted_slab(view3<const class_t> classes, int phase, index_t z_lo, index_t z_hi)
    : extent_(classes.extent()),
      z_lo_(z_lo),
      layers_(z_hi - z_lo),
      words_(words_per_row(extent_.x)),
      z_blocks_(blocks_for(layers_)),
      y_blocks_(blocks_for(extent_.y)),
      row_stride_(y_blocks_ * block_edge),
      live_stride_(words_per_row(y_blocks_)),
      bits_(static_cast<std::size_t>(words_ * layers_ * row_stride_), 0),
      live_(static_cast<std::size_t>(words_ * z_blocks_ * live_stride_), 0),
      left_(static_cast<std::size_t>(words_ * z_blocks_ * y_blocks_), 0) {
    std::vector<std::uint64_t> scratch(static_cast<std::size_t>(words_));
    for (index_t z = 0; z < layers_; ++z)
        for (index_t y = 0; y < extent_.y; ++y)
            load_row(classes, phase, z, y, scratch.data());
}

void unpainted_slab::load_row(view3<const class_t> classes, int phase, index_t z, index_t y, std::uint64_t* scratch) {
    row_bits(classes.row(z_lo_ + z, y), extent_.x, phase_classes(phase), scratch);
    const index_t y_block = y / block_edge;
    for (index_t word = 0; word < words_; ++word) {
        const std::uint64_t bits = scratch[word];
        if (bits == 0)
            continue;
        rows(word, z)[y] = bits;
        live(word, z / block_edge)[y_block / bits_per_word] |= std::uint64_t{1} << y_block % bits_per_word;
        left_in_block(word, z, y) = static_cast<std::uint16_t>(left_in_block(word, z, y) + std::popcount(bits));
        voxels_left_ += std::popcount(bits);
    }
}

void unpainted_slab::take(index_t word, index_t z, index_t y, std::uint64_t covered, distance_sq_t radius_sq,
                          std::vector<painted_run>& painted) {
    std::uint64_t& bits = rows(word, z)[y];
    const std::uint64_t fresh = bits & covered;
    if (fresh == 0)
        return;
    bits &= ~fresh;
    voxels_left_ -= std::popcount(fresh);
    std::uint16_t& left = left_in_block(word, z, y);
    left = static_cast<std::uint16_t>(left - std::popcount(fresh));
    if (left == 0) {
        const index_t y_block = y / block_edge;
        live(word, z / block_edge)[y_block / bits_per_word] &= ~(std::uint64_t{1} << y_block % bits_per_word);
    }
    painted.push_back({fresh, z_lo_ + z, y, word * bits_per_word, radius_sq});
}

void unpainted_slab::paint(ball_mask& mask, const index3& centre, std::vector<painted_run>& painted) {
    const index_t reach = mask.reach();
    const index_t first_bit = centre.x + mask.first_bit();
    const index_t first_word = floor_word(first_bit);
    const stamp ball{mask, centre.z - z_lo_, centre.y, first_word,
                     static_cast<int>(first_bit - first_word * bits_per_word)};
    const index_t word_lo = std::max<index_t>(floor_word(centre.x - reach), 0);
    const index_t word_hi = std::min(floor_word(centre.x + reach) + 1, words_);
    const index_t z_lo = std::max<index_t>(ball.z - reach, 0);
    const index_t z_hi = std::min(ball.z + reach + 1, layers_);
    for (index_t word = word_lo; word < word_hi; ++word)
        for (index_t z = z_lo; z < z_hi;) {
            const index_t z_block = z / block_edge;
            const index_t z_end = std::min((z_block + 1) * block_edge, z_hi);
            paint_layers(ball, word, z_block, z, z_end, painted);
            z = z_end;
        }
}

/// The layers [z_from, z_to) of one block in one column of words.
void unpainted_slab::paint_layers(const stamp& ball, index_t word, index_t z_block, index_t z_from, index_t z_to,
                                  std::vector<painted_run>& painted) {
    const std::uint64_t* const live_blocks = live(word, z_block);
    const index_t nearest = std::clamp(ball.z, z_from, z_to - 1);
    const index_t widest = ball.mask.reach_in_layer(nearest - ball.z);
    const index_t y_lo = std::max<index_t>(ball.y - widest, 0);
    const index_t y_hi = std::min(ball.y + widest + 1, extent_.y);
    if (y_lo >= y_hi)
        return;
    for (index_t group = y_lo / block_edge / bits_per_word; group <= (y_hi - 1) / block_edge / bits_per_word; ++group) {
        const index_t first_block = group * bits_per_word;
        const index_t row = first_block * block_edge;
        const auto touched = [&](index_t reach) {
            return bit_range((std::max<index_t>(ball.y - reach, 0)) / block_edge - first_block,
                             blocks_for(std::max<index_t>(ball.y + reach + 1, 0)) - first_block);
        };
        if ((live_blocks[group] & touched(widest)) == 0)
            continue;
        for (index_t z = z_from; z < z_to; ++z) {
            const index_t dz = z - ball.z;
            const index_t reach = ball.mask.reach_in_layer(dz);
            const index_t offset = row - (ball.y - reach);
            const std::uint64_t* const of_word = ball.mask.rows(dz, word - ball.first_word);
            const std::uint64_t* const below = ball.mask.rows(dz, word - ball.first_word - 1);
            std::uint64_t met = blocks_met(rows(word, z) + row, of_word, below, offset, ball.shift,
                                           live_blocks[group] & touched(reach));
            for (; met != 0; met &= met - 1) {
                const index_t from = row + std::countr_zero(met) * block_edge;
                for (index_t y = from; y < from + block_edge; ++y)
                    take(word, z, y, moved(of_word[y - row + offset], below[y - row + offset], ball.shift),
                         ball.mask.radius_sq(), painted);
            }
        }
    }
}

void unpainted_slab::paint_rest(distance_sq_t radius_sq, std::vector<painted_run>& painted) {
    for (index_t word = 0; word < words_; ++word)
        for (index_t z = 0; z < layers_; ++z)
            for (index_t y = 0; y < extent_.y; ++y)
                take(word, z, y, ~std::uint64_t{0}, radius_sq, painted);
}

}  // namespace tomosweep
