#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep {

/// Rows along y, and layers, of a block of the slab: 8 x 8 x 64 voxels, so that each of its rows is one word and all
/// rows are one word of bits, too.
inline constexpr index_t block_edge = 8;

/// A ball as half widths of its rows along x. A layer is shaped when a ball first needs it: a slab meets only a few
/// layers of a large ball.
class ball_shape {
public:
    void take(distance_sq_t radius_sq);
    distance_sq_t radius_sq() const { return radius_sq_; }
    /// Largest offset of a voxel from the centre along any axis.
    index_t reach() const { return reach_; }
    /// Makes the layers dz in [lo, hi] ready.
    void need(index_t lo, index_t hi);

    /// Largest |dy| in the layer at `dz`; the layer is ready.
    index_t reach_in_layer(index_t dz) const { return *row(dz, 0) - 1; }
    /// By dy, as far as a block's edge beyond the reach: largest |dx| of the row (dz, dy) and one more, 0 where the
    /// ball has no voxel. The layer is ready. By symmetry the layer's own reach is the width of its middle row.
    const std::uint16_t* row(index_t dz, index_t dy) const {
        return widths_.data() + (dz < 0 ? -dz : dz) * stride_ + middle_ + dy;
    }

private:
    void shape_layer(index_t dz);

    distance_sq_t radius_sq_ = 0;
    index_t reach_ = 0;
    index_t stride_ = 0, middle_ = 0;
    index_t shaped_lo_ = 0, shaped_hi_ = 0;  // layers |dz| in [lo, hi)
    std::vector<std::uint16_t> widths_;
};

/// A ball among the blocks of one row along z.
struct stamp {
    const ball_shape& shape;
    index3 centre;       // z relative to the blocks, y and x to the volume's block
    index_t z_lo, z_hi;  // layers of the blocks that are painted
};

/// The phase voxels of a slab of layers that are not painted yet, one bit each, in blocks. Of every block is known
/// which of its rows, and which columns along x, have any voxel left, so that a ball passes by what is painted already.
class unpainted_slab {
public:
    /// Layers [z_lo, z_hi) of a block of the volume.
    unpainted_slab(view3<const class_t> classes, int phase, index_t z_lo, index_t z_hi);

    bool all_painted() const { return blocks_left_ == 0; }
    /// Appends what the ball newly covers in `part`, a box relative to its centre, and some of what it covers beyond.
    /// The centre is relative to the volume's block, and may lie outside.
    void paint(ball_shape& shape, const index3& centre, const box3& part, std::vector<painted_run>& painted);
    /// Appends everything that is left.
    void paint_rest(distance_sq_t radius_sq, std::vector<painted_run>& painted);

private:
    void load_row(view3<const class_t> classes, int phase, index_t z, index_t y, std::uint64_t* scratch);
    void paint_layers(const stamp& ball, const box3& part, index_t z_block, std::vector<painted_run>& painted);
    /// Notes what is left of a block.
    void settle(index_t block, index_t column, index_t y_block);

    /// Blocks of one word along x and eight layers, in a row along y.
    index_t column(index_t word, index_t z_block) const { return word * z_blocks_ + z_block; }
    std::uint64_t* live(index_t column) { return live_.data() + column * live_stride_; }

    index_t z_lo_, layers_;
    index_t words_, z_blocks_, y_blocks_;
    index_t live_stride_;
    index_t blocks_left_ = 0;
    std::vector<std::uint64_t> bits_;     // 64 words per block, word z % 8 * 8 + y % 8 is the row (z, y)
    std::vector<std::uint64_t> rows_;     // per block, bit z % 8 * 8 + y % 8
    std::vector<std::uint64_t> columns_;  // per block, bit x % 64
    std::vector<std::uint64_t> live_;     // per column of blocks, one bit per block with voxels left
};

}  // namespace tomosweep
