#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "slab_painting.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/row_bits.hpp"
#include "tomosweep/kernels/thickness.hpp"
#include "vector_paths.hpp"

namespace tomosweep {
namespace {

/// Sixteen neighbouring voxels. The compiler's own vectors, for loops with a bit per voxel it leaves scalar.
using sixteen [[gnu::vector_size(32)]] = std::uint16_t;
constexpr sixteen bit_of_voxel = {1U << 0, 1U << 1, 1U << 2,  1U << 3,  1U << 4,  1U << 5,  1U << 6,  1U << 7,
                                  1U << 8, 1U << 9, 1U << 10, 1U << 11, 1U << 12, 1U << 13, 1U << 14, 1U << 15};

/// Raises the voxels of a word's bits to `radius_sq`; the others of the 64 are written as they are.
TOMOSWEEP_VECTOR_PATHS void raise_word(short_distance_sq_t* row, std::uint64_t voxels, short_distance_sq_t radius_sq) {
    for (; voxels != 0; voxels >>= 16, row += 16) {
        const auto bits = static_cast<std::uint16_t>(voxels);
        if (bits == 0)
            continue;
        sixteen here;
        std::memcpy(&here, row, sizeof here);
        here = (bit_of_voxel & bits) != 0 && here < radius_sq ? sixteen{} + radius_sq : here;
        std::memcpy(row, &here, sizeof here);
    }
}

/// Repaints slab after slab; one per thread.
class slab_repainter {
public:
    slab_repainter(const painting& work, known_thickness& known, radii_sink sink)
        : work_(work),
          known_(known),
          sink_(std::move(sink)),
          row_(work.classes.extent().x),
          layer_(work.classes.extent().y * row_),
          phase_(static_cast<std::size_t>(words_per_row(row_))) {}

    void repaint(index_t z_lo, index_t z_hi) {
        z_lo_ = z_lo;
        // Words reach beyond the last row.
        const index_t voxels = (z_hi - z_lo) * layer_ + bits_per_word;
        if (map_.voxels() < voxels)
            map_ = array3<short_distance_sq_t>({1, 1, voxels});
        for (index_t z = z_lo; z < z_hi; ++z)
            known_.read(work_.classes, z, row_at(z, 0));
        unpainted_slab slab(work_.classes, work_.phase, z_lo, z_hi);
        paint_balls(work_, z_lo, z_hi, slab, painted_, [this](std::span<const painted_run> runs) { raise(runs); });
        raise(painted_);
        painted_.clear();
        for (index_t z = z_lo; z < z_hi; ++z)
            hand_over_layer(z);
    }

private:
    short_distance_sq_t* row_at(index_t z, index_t y) { return map_.data() + (z - z_lo_) * layer_ + y * row_; }

    /// The thickest ball covers a voxel first; what was known may be thicker.
    void raise(std::span<const painted_run> runs) {
        for (const painted_run& run : runs)
            raise_word(row_at(run.z, run.y) + run.x, run.voxels, static_cast<short_distance_sq_t>(run.radius_sq));
    }

    void hand_over_layer(index_t z) {
        for (index_t y = 0; y < work_.classes.extent().y; ++y) {
            row_bits(work_.classes.row(z, y), row_, phase_classes(work_.phase), phase_.data());
            short_distance_sq_t* const row = row_at(z, y);
            // What no ball covers is one voxel wide.
            for_each_run(phase_.data(), row_, [row](index_t begin, index_t end) {
                std::transform(row + begin, row + end, row + begin,
                               [](short_distance_sq_t each) { return std::max(each, short_distance_sq_t{1}); });
            });
            written_.add_row(phase_, {row, static_cast<std::size_t>(row_)});
            for_each_run(phase_.data(), row_, [&](index_t begin, index_t end) {
                sink_({z, y, begin, {row + begin, static_cast<std::size_t>(end - begin)}});
            });
        }
        known_.keep(work_.phase, z, written_);
    }

    const painting& work_;
    known_thickness& known_;
    radii_sink sink_;
    index_t row_, layer_;
    index_t z_lo_ = 0;
    std::vector<std::uint64_t> phase_;  ///< bits of a row
    array3<short_distance_sq_t> map_;   ///< of the slab
    std::vector<painted_run> painted_;
    known_thickness::layer_writer written_;
};

}  // namespace

void repaint_thickness(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                       std::span<const ball> others, known_thickness& known,
                       const std::function<radii_sink()>& make_sink) {
    const painting work(classes, phase, box, own, others);
    require(work.max_radius_sq < too_far_sq<short_distance_sq_t>, "thickness that is kept fits into 16 bits");
    for_each_slab(classes.extent(), [&]() -> slab_worker {
        return [repainter = std::make_shared<slab_repainter>(work, known, make_sink())](index_t z_lo, index_t z_hi) {
            repainter->repaint(z_lo, z_hi);
        };
    });
}

}  // namespace tomosweep
