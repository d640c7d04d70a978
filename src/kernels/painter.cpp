#include "painter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "tomosweep/kernels/row_bits.hpp"

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

/// Whether the moved mask meets any bit. Reads up to rows_at_once - 1 rows past `count`.
[[gnu::target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")]] bool meets(const std::uint64_t* bits,
                                                                                 const std::uint64_t* word,
                                                                                 const std::uint64_t* below, int shift,
                                                                                 index_t count) {
    std::uint64_t met[rows_at_once] = {};
    for (index_t row = 0; row < count; row += rows_at_once)
        for (index_t i = 0; i < rows_at_once; ++i)
            met[i] |= bits[row + i] & (word[row + i] << shift | below[row + i] >> 1 >> (63 - shift));
    std::uint64_t any = 0;
    for (index_t i = 0; i < rows_at_once; ++i)
        any |= met[i];
    return any != 0;
}

}  // namespace

void ball_mask::shape(distance_sq_t radius_sq) {
    const index_t largest = static_cast<index_t>(radius_sq) - 1;
    reach_ = whole_root(largest);
    words_ = reach_ / 32 + 1;
    layers_.clear();
    index_t offset = 0;
    for (index_t dz = 0; dz <= reach_; ++dz) {
        const index_t reach = whole_root(largest - dz * dz);
        const index_t stride = 2 * reach + rows_at_once;
        layers_.push_back({reach, stride, offset});
        offset += stride * (words_ + 2);
    }
    masks_.assign(static_cast<std::size_t>(offset), 0);
    for (index_t dz = 0; dz <= reach_; ++dz)
        shape_layer(layers_[static_cast<std::size_t>(dz)], largest - dz * dz);
}

void ball_mask::shape_layer(const layer& of, index_t rest) {
    for (index_t dy = 0; dy <= of.reach; ++dy) {
        const index_t half = whole_root(rest - dy * dy);
        for (index_t word = 0; word < words_; ++word) {
            const index_t lo = std::max<index_t>(32 * words_ - half - 64 * word, 0);
            const index_t hi = std::min<index_t>(32 * words_ + half - 64 * word, 63);
            if (lo > hi)
                continue;
            const std::uint64_t bits = ~std::uint64_t{0} << lo & ~std::uint64_t{0} >> (63 - hi);
            std::uint64_t* const rows = masks_.data() + of.offset + (word + 1) * of.stride + of.reach;
            rows[dy] = bits;
            rows[-dy] = bits;
        }
    }
}

unpainted_slab::unpainted_slab(view3<const class_t> classes, int phase, index_t z_lo, index_t z_hi)
    : extent_(classes.extent()),
      z_lo_(z_lo),
      z_hi_(z_hi),
      words_(words_per_row(extent_.x)),
      row_stride_(extent_.y + rows_at_once),
      bits_(static_cast<std::size_t>(words_ * (z_hi - z_lo) * row_stride_), 0) {
    std::vector<std::uint64_t> row(static_cast<std::size_t>(words_));
    for (index_t z = z_lo; z < z_hi; ++z)
        for (index_t y = 0; y < extent_.y; ++y) {
            row_bits(classes.row(z, y), extent_.x, phase_classes(phase), row.data());
            for (index_t word = 0; word < words_; ++word) {
                const std::uint64_t bits = row[static_cast<std::size_t>(word)];
                rows(z, word)[y] = bits;
                voxels_left_ += std::popcount(bits);
            }
        }
}

void unpainted_slab::take(std::uint64_t& bits, std::uint64_t covered, const painted_run& where,
                          std::vector<painted_run>& painted) {
    const std::uint64_t fresh = bits & covered;
    if (fresh == 0)
        return;
    bits &= ~fresh;
    voxels_left_ -= std::popcount(fresh);
    painted.push_back(where);
    painted.back().voxels = fresh;
}

void unpainted_slab::paint(const ball_mask& mask, const index3& centre, distance_sq_t radius_sq,
                           std::vector<painted_run>& painted) {
    const index_t reach = mask.reach();
    const index_t first_bit = centre.x + mask.first_bit();
    const index_t first_word = floor_word(first_bit);
    const auto shift = static_cast<int>(first_bit - first_word * bits_per_word);
    const index_t word_lo = std::max<index_t>(floor_word(centre.x - reach), 0);
    const index_t word_hi = std::min(floor_word(centre.x + reach) + 1, words_);
    const index_t z_hi = std::min(centre.z + reach + 1, z_hi_);
    for (index_t z = std::max(centre.z - reach, z_lo_); z < z_hi; ++z) {
        const index_t dz = z - centre.z;
        const index_t mask_y = centre.y - mask.reach_in_layer(dz);
        const index_t y_lo = std::max<index_t>(mask_y, 0);
        const index_t count = std::min(centre.y + mask.reach_in_layer(dz) + 1, extent_.y) - y_lo;
        for (index_t word = word_lo; word < word_hi; ++word) {
            const std::uint64_t* const of_word = mask.rows(dz, word - first_word) + (y_lo - mask_y);
            const std::uint64_t* const below = mask.rows(dz, word - first_word - 1) + (y_lo - mask_y);
            std::uint64_t* const bits = rows(z, word) + y_lo;
            if (count <= 0 || !meets(bits, of_word, below, shift, count))
                continue;
            for (index_t i = 0; i < count; ++i)
                take(bits[i], moved(of_word[i], below[i], shift), {0, z, y_lo + i, word * bits_per_word, radius_sq},
                     painted);
        }
    }
}

void unpainted_slab::paint_rest(distance_sq_t radius_sq, std::vector<painted_run>& painted) {
    for (index_t z = z_lo_; z < z_hi_; ++z)
        for (index_t word = 0; word < words_; ++word)
            for (index_t y = 0; y < extent_.y; ++y)
                take(rows(z, word)[y], ~std::uint64_t{0}, {0, z, y, word * bits_per_word, radius_sq}, painted);
}

}  // namespace tomosweep
