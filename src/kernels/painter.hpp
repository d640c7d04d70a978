#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep {

/// Rows that are tested at once; bitmaps and masks are readable for as many rows past their end.
inline constexpr index_t rows_at_once = 8;

/// A ball as row masks along x: for every layer and row the voxels of the ball, with the centre at a fixed bit.
class ball_mask {
public:
    void shape(distance_sq_t radius_sq);

    /// Largest offset of a voxel from the centre along any axis.
    index_t reach() const { return reach_; }
    /// Offset of the mask's first bit from the centre.
    index_t first_bit() const { return -32 * words_; }
    /// Largest |dy| in the layer at `dz`.
    index_t reach_in_layer(index_t dz) const { return layers_[static_cast<std::size_t>(dz < 0 ? -dz : dz)].reach; }
    /// Word `word` in [-1, words] of the rows dy = -reach_in_layer ... of the layer at `dz`; the words at both ends are
    /// 0.
    const std::uint64_t* rows(index_t dz, index_t word) const {
        const layer& of = layers_[static_cast<std::size_t>(dz < 0 ? -dz : dz)];
        return masks_.data() + of.offset + (word + 1) * of.stride;
    }

private:
    struct layer {
        index_t reach = 0;
        index_t stride = 0;  // from a word to the next
        index_t offset = 0;
    };
    void shape_layer(const layer& of, index_t rest);

    index_t reach_ = 0;
    index_t words_ = 1;
    std::vector<layer> layers_;
    std::vector<std::uint64_t> masks_;
};

/// The phase voxels of a slab of layers that are not painted yet, one bit each: words that follow each other in memory
/// are neighbours along y, so that one vector operation meets many rows of a ball.
class unpainted_slab {
public:
    /// Layers [z_lo, z_hi) of a block.
    unpainted_slab(view3<const class_t> classes, int phase, index_t z_lo, index_t z_hi);

    index_t voxels_left() const { return voxels_left_; }
    /// Appends what the ball newly covers; its centre is relative to the block, and may lie outside.
    void paint(const ball_mask& mask, const index3& centre, distance_sq_t radius_sq, std::vector<painted_run>& painted);
    /// Appends everything that is left.
    void paint_rest(distance_sq_t radius_sq, std::vector<painted_run>& painted);

private:
    std::uint64_t* rows(index_t z, index_t word) {
        return bits_.data() + (word * (z_hi_ - z_lo_) + z - z_lo_) * row_stride_;
    }
    void take(std::uint64_t& bits, std::uint64_t covered, const painted_run& where, std::vector<painted_run>& painted);

    extent3 extent_;
    index_t z_lo_, z_hi_;
    index_t words_, row_stride_;
    index_t voxels_left_ = 0;
    std::vector<std::uint64_t> bits_;
};

}  // namespace tomosweep
