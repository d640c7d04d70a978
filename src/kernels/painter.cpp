#include "painter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "tomosweep/kernels/row_bits.hpp"
#include "vector_paths.hpp"

namespace tomosweep {
namespace {

constexpr index_t rows_per_block = block_edge * block_edge;

constexpr index_t blocks_for(index_t voxels) {
    return (voxels + block_edge - 1) / block_edge;
}

/// One row of a block's layer per lane. The compiler's own vectors: loops over eight words of other types it leaves
/// scalar.
using eight_rows [[gnu::vector_size(64)]] = std::uint64_t;
using eight_places [[gnu::vector_size(64)]] = std::int64_t;
using eight_widths [[gnu::vector_size(16)]] = std::uint16_t;

/// In every lane the lowest `count` bits; by reference, for how vectors are returned depends on the processor.
[[gnu::always_inline]] inline void lowest_bits(const eight_places& count, eight_rows& bits) {
    const eight_places held = count < 0 ? 0 : count;
    const auto place = reinterpret_cast<eight_rows>(held & (bits_per_word - 1));
    bits = (held < bits_per_word ? (eight_rows{} + 1) << place : eight_rows{}) - 1;
}

/// Of eight rows of a block, what a ball covers; `widths` as in ball_shape, `centre` the bit of its centre, which may
/// lie outside.
[[gnu::always_inline]] inline void cover(const eight_rows& rows, const std::uint16_t* widths, index_t centre,
                                         eight_rows& covered) {
    eight_widths loaded;
    std::memcpy(&loaded, widths, sizeof loaded);
    const eight_places width = __builtin_convertvector(loaded, eight_places);
    eight_rows up_to_last, before_first;
    lowest_bits(centre + width, up_to_last);
    lowest_bits(centre - width + 1, before_first);
    covered = rows & up_to_last & ~before_first;
}

/// Paints the slab's block that begins at `at` of the volume's; says whether anything was.
TOMOSWEEP_VECTOR_PATHS bool paint_block(const stamp& ball, const index3& at, std::uint64_t* bits, std::uint64_t rows,
                                        std::vector<painted_run>& painted) {
    bool any = false;
    for (index_t z = ball.z_lo; z < ball.z_hi; ++z) {
        if ((rows >> (block_edge * z) & 0xFFU) == 0)
            continue;
        eight_rows layer;
        std::memcpy(&layer, bits + block_edge * z, sizeof layer);
        eight_rows covered;
        cover(layer, ball.shape.row(z - ball.centre.z, at.y - ball.centre.y), ball.centre.x - at.x, covered);
        layer &= ~covered;
        std::array<std::uint64_t, block_edge> fresh;
        std::memcpy(fresh.data(), &covered, sizeof fresh);
        std::uint64_t found = 0;
        for (const std::uint64_t row : fresh)
            found |= row;
        if (found == 0)
            continue;
        any = true;
        std::memcpy(bits + block_edge * z, &layer, sizeof layer);
        for (std::size_t y = 0; y < fresh.size(); ++y)
            if (fresh[y] != 0)
                painted.push_back({fresh[y], at.z + z, at.y + static_cast<index_t>(y), at.x, ball.shape.radius_sq()});
    }
    return any;
}

/// What unpainted_slab knows of a block.
struct remainder {
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;
};
TOMOSWEEP_VECTOR_PATHS remainder remainder_of(const std::uint64_t* bits) {
    remainder left;
    for (index_t row = 0; row < rows_per_block; ++row) {
        left.columns |= bits[row];
        left.rows |= std::uint64_t{bits[row] != 0} << row;
    }
    return left;
}

}  // namespace

void ball_shape::take(distance_sq_t radius_sq) {
    radius_sq_ = radius_sq;
    reach_ = whole_root(static_cast<index_t>(radius_sq) - 1);
    middle_ = reach_ + block_edge;
    stride_ = 2 * middle_ + 1;
    shaped_lo_ = shaped_hi_ = 0;
    if (static_cast<std::size_t>(stride_ * (reach_ + 1)) > widths_.size())
        widths_.resize(static_cast<std::size_t>(stride_ * (reach_ + 1)));
}

void ball_shape::need(index_t lo, index_t hi) {
    const index_t nearest = lo > 0 ? lo : hi < 0 ? -hi : 0;
    const index_t farthest = std::max(-lo, hi);
    if (shaped_lo_ == shaped_hi_)
        shaped_lo_ = shaped_hi_ = nearest;
    while (shaped_lo_ > nearest)
        shape_layer(--shaped_lo_);
    while (shaped_hi_ <= farthest)
        shape_layer(shaped_hi_++);
}

void ball_shape::shape_layer(index_t dz) {
    std::uint16_t* const middle = widths_.data() + dz * stride_ + middle_;
    const index_t rest = static_cast<index_t>(radius_sq_) - 1 - dz * dz;
    index_t width = whole_root(rest);
    for (index_t dy = 0; dy <= middle_; ++dy) {
        while (width >= 0 && width * width + dy * dy > rest)
            --width;
        middle[dy] = middle[-dy] = static_cast<std::uint16_t>(width + 1);
    }
}

unpainted_slab::unpainted_slab(view3<const class_t> classes, int phase, index_t z_lo, index_t z_hi)
    : z_lo_(z_lo),
      layers_(z_hi - z_lo),
      words_(words_per_row(classes.extent().x)),
      z_blocks_(blocks_for(layers_)),
      y_blocks_(blocks_for(classes.extent().y)),
      live_stride_(words_per_row(y_blocks_)),
      bits_(static_cast<std::size_t>(words_ * z_blocks_ * y_blocks_ * rows_per_block), 0),
      rows_(static_cast<std::size_t>(words_ * z_blocks_ * y_blocks_), 0),
      columns_(rows_.size(), 0),
      live_(static_cast<std::size_t>(words_ * z_blocks_ * live_stride_), 0) {
    std::vector<std::uint64_t> scratch(static_cast<std::size_t>(words_));
    for (index_t z = 0; z < layers_; ++z)
        for (index_t y = 0; y < classes.extent().y; ++y)
            load_row(classes, phase, z, y, scratch.data());
}

void unpainted_slab::load_row(view3<const class_t> classes, int phase, index_t z, index_t y, std::uint64_t* scratch) {
    row_bits(classes.row(z_lo_ + z, y), classes.extent().x, phase_classes(phase), scratch);
    const index_t y_block = y / block_edge;
    const index_t row = z % block_edge * block_edge + y % block_edge;
    for (index_t word = 0; word < words_; ++word) {
        const std::uint64_t bits = scratch[word];
        if (bits == 0)
            continue;
        const auto block = static_cast<std::size_t>(column(word, z / block_edge) * y_blocks_ + y_block);
        bits_[block * rows_per_block + static_cast<std::size_t>(row)] = bits;
        blocks_left_ += rows_[block] == 0 ? 1 : 0;
        rows_[block] |= std::uint64_t{1} << row;
        columns_[block] |= bits;
        live(column(word, z / block_edge))[y_block / bits_per_word] |= std::uint64_t{1} << y_block % bits_per_word;
    }
}

void unpainted_slab::settle(index_t block, index_t column, index_t y_block) {
    const remainder left = remainder_of(bits_.data() + block * rows_per_block);
    rows_[static_cast<std::size_t>(block)] = left.rows;
    columns_[static_cast<std::size_t>(block)] = left.columns;
    if (left.rows != 0)
        return;
    live(column)[y_block / bits_per_word] &= ~(std::uint64_t{1} << y_block % bits_per_word);
    --blocks_left_;
}

void unpainted_slab::paint(ball_shape& shape, const index3& centre, const box3& part,
                           std::vector<painted_run>& painted) {
    const index_t centre_z = centre.z - z_lo_;
    const index_t z_lo = std::max<index_t>(centre_z + part.lo.z, 0);
    const index_t z_hi = std::min(centre_z + part.hi.z, layers_);
    if (z_lo >= z_hi)
        return;
    shape.need(z_lo - centre_z, z_hi - 1 - centre_z);
    for (index_t z_block = z_lo / block_edge; z_block * block_edge < z_hi; ++z_block) {
        const index_t first = z_block * block_edge;
        paint_layers({shape,
                      {centre_z - first, centre.y, centre.x},
                      std::max(z_lo - first, index_t{0}),
                      std::min(z_hi - first, block_edge)},
                     part, z_block, painted);
    }
}

/// The layers of a row of blocks that a ball reaches: all its blocks along y and x.
void unpainted_slab::paint_layers(const stamp& ball, const box3& part, index_t z_block,
                                  std::vector<painted_run>& painted) {
    const index_t nearest_z = std::clamp(ball.centre.z, ball.z_lo, ball.z_hi - 1) - ball.centre.z;
    const index_t widest = ball.shape.reach_in_layer(nearest_z);
    const index_t y_lo = ball.centre.y + std::max(part.lo.y, -widest);
    const index_t y_hi = ball.centre.y + std::min(part.hi.y, widest + 1);
    const index_t first_block = std::max<index_t>(y_lo, 0) / block_edge;
    const index_t end_block = std::min(blocks_for(y_hi), y_blocks_);
    const index_t word_lo = std::max<index_t>((ball.centre.x + part.lo.x) >> 6, 0);
    const index_t word_hi = std::min(((ball.centre.x + part.hi.x - 1) >> 6) + 1, words_);
    for (index_t word = word_lo; word < word_hi; ++word) {
        const index_t in_column = column(word, z_block);
        const index_t x = word * bits_per_word;
        const std::uint64_t within = bit_range(ball.centre.x + part.lo.x - x, ball.centre.x + part.hi.x - x);
        for (index_t group = first_block & -bits_per_word; group < end_block; group += bits_per_word) {
            std::uint64_t left = live(in_column)[group / bits_per_word];
            for (left &= bit_range(first_block - group, end_block - group); left != 0; left &= left - 1) {
                const index_t y_block = group + std::countr_zero(left);
                const auto block = static_cast<std::size_t>(in_column * y_blocks_ + y_block);
                const index_t y = y_block * block_edge;
                const index_t nearest_y =
                    std::clamp(ball.centre.y, std::max(y, y_lo), std::min(y + block_edge, y_hi) - 1) - ball.centre.y;
                const index_t width = *ball.shape.row(nearest_z, nearest_y);
                const index_t bit = ball.centre.x - x;
                if ((columns_[block] & within & bit_range(bit - width + 1, bit + width)) == 0)
                    continue;
                if (paint_block(ball, {z_lo_ + z_block * block_edge, y, x}, bits_.data() + block * rows_per_block,
                                rows_[block], painted))
                    settle(static_cast<index_t>(block), in_column, y_block);
            }
        }
    }
}

void unpainted_slab::paint_rest(distance_sq_t radius_sq, std::vector<painted_run>& painted) {
    if (all_painted())
        return;
    for (index_t word = 0; word < words_; ++word)
        for (index_t z = 0; z < layers_; ++z)
            for (index_t y_block = 0; y_block < y_blocks_; ++y_block) {
                const auto block = static_cast<std::size_t>(column(word, z / block_edge) * y_blocks_ + y_block);
                for (std::uint64_t left = rows_[block] >> (z % block_edge * block_edge) & 0xFFU; left != 0;
                     left &= left - 1) {
                    const index_t y = std::countr_zero(left);
                    const std::uint64_t voxels =
                        bits_[block * rows_per_block + static_cast<std::size_t>(z % block_edge * block_edge + y)];
                    painted.push_back({voxels, z_lo_ + z, y_block * block_edge + y, word * bits_per_word, radius_sq});
                }
            }
    blocks_left_ = 0;
}

}  // namespace tomosweep
