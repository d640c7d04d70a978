#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep {

/// Rows along y, and layers, that a block of the coarse bitmap spans; its rows are tested at once. A block is 8 x 8 x
/// 64 voxels.
inline constexpr index_t block_edge = 8;

/// A ball as row masks along x: for every layer and row the voxels of the ball, with the centre at a fixed bit. A layer
/// is shaped when it is first asked for: a slab meets only a few layers of a large ball.
class ball_mask {
public:
    void shape(distance_sq_t radius_sq);
    distance_sq_t radius_sq() const { return radius_sq_; }

    /// Largest offset of a voxel from the centre along any axis.
    index_t reach() const { return reach_; }
    /// Offset of the mask's first bit from the centre.
    index_t first_bit() const { return -32 * words_; }
    /// Largest |dy| in the layer at `dz`.
    index_t reach_in_layer(index_t dz) const { return layers_[static_cast<std::size_t>(dz < 0 ? -dz : dz)].reach; }
    /// Word `word` in [-1, words] of the rows dy = -reach_in_layer ... of the layer at `dz`; the words at both ends are
    /// 0.
    const std::uint64_t* rows(index_t dz, index_t word) {
        layer& of = layers_[static_cast<std::size_t>(dz < 0 ? -dz : dz)];
        if (!of.shaped)
            shape_layer(of, dz);
        return masks_.data() + of.offset + (word + 1) * of.stride + block_edge;
    }

private:
    struct layer {
        index_t reach = 0;
        index_t stride = 0;  // from a word to the next
        index_t offset = 0;
        bool shaped = false;
    };
    void shape_layer(layer& of, index_t dz);

    distance_sq_t radius_sq_ = 0;
    index_t reach_ = 0;
    index_t words_ = 1;
    std::vector<layer> layers_;
    std::vector<std::uint64_t> masks_;
};

/// The phase voxels of a slab of layers that are not painted yet, one bit each: words that follow each other in memory
/// are neighbours along y, so that one vector operation meets eight rows of a ball. A coarse bitmap tells which blocks
/// have any voxel left, so that a ball passes by what is painted already.
class unpainted_slab {
public:
    /// Layers [z_lo, z_hi) of a block.
    unpainted_slab(view3<const class_t> classes, int phase, index_t z_lo, index_t z_hi);

    index_t voxels_left() const { return voxels_left_; }
    /// Appends what the ball newly covers; its centre is relative to the block, and may lie outside.
    void paint(ball_mask& mask, const index3& centre, std::vector<painted_run>& painted);
    /// Appends everything that is left.
    void paint_rest(distance_sq_t radius_sq, std::vector<painted_run>& painted);

private:
    /// A ball on its way through the words and layers of the slab; layers count from z_lo_.
    struct stamp {
        ball_mask& mask;
        index_t z, y;        // centre
        index_t first_word;  // of the slab, where the mask's word 0 begins
        int shift;           // bits by which the mask moves up in its words
    };

    void load_row(view3<const class_t> classes, int phase, index_t z, index_t y, std::uint64_t* scratch);
    void paint_layers(const stamp& ball, index_t word, index_t z_block, index_t z_from, index_t z_to,
                      std::vector<painted_run>& painted);
    void take(index_t word, index_t z, index_t y, std::uint64_t covered, distance_sq_t radius_sq,
              std::vector<painted_run>& painted);

    std::uint64_t* rows(index_t word, index_t z) { return bits_.data() + (word * layers_ + z) * row_stride_; }
    /// Blocks with voxels left, one bit per block along y.
    std::uint64_t* live(index_t word, index_t z_block) {
        return live_.data() + (word * z_blocks_ + z_block) * live_stride_;
    }
    std::uint16_t& left_in_block(index_t word, index_t z, index_t y) {
        return left_[static_cast<std::size_t>((word * z_blocks_ + z / block_edge) * y_blocks_ + y / block_edge)];
    }

    extent3 extent_;
    index_t z_lo_, layers_;
    index_t words_, z_blocks_, y_blocks_;
    index_t row_stride_, live_stride_;
    index_t voxels_left_ = 0;
    std::vector<std::uint64_t> bits_;
    std::vector<std::uint64_t> live_;
    std::vector<std::uint16_t> left_;  // voxels by block
};

}  // namespace tomosweep
