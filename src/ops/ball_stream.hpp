#pragma once

#include <optional>

#include "distance_passes.hpp"
#include "tomosweep/kernels/centres.hpp"
#include "tomosweep/ops/balls.hpp"

namespace tomosweep {

/// find_balls() for blocks that are whole along z: one slab of layers after the other, with a window of plane
/// distances that moves along z and reaches as far beyond the slab as its distances do. The volume has background.
template <distance_value Distance>
class ball_stream {
public:
    ball_stream(const domain& grid, view3<const class_t> own, int phase, index_t layers_per_slab);

    /// Nothing, on every rank, when a distance is too far for the type. Collective.
    std::optional<found_balls> run();

private:
    /// Layers [lo, hi) of the volume.
    struct layers {
        index_t lo = 0;
        index_t hi = 0;

        index_t count() const { return hi - lo; }
    };

    box3 own_box(const layers& of) const;
    domain domain_of(const layers& of) const;
    void move_window(const layers& wanted);
    void empty_window(const layers& wanted);
    void add_plane_distances(const layers& of);
    void extend_into(const layers& slab, view3<Distance> inner);
    void find_centres_of(const layers& slab);

    const domain& grid_;
    view3<const class_t> own_;
    int phase_;
    index_t layers_per_slab_;
    array3<Distance> window_;  ///< plane distances of the layers held_
    layers held_;
    index_t reach_ = 16;         ///< layers that the window reaches beyond a slab
    reach reach_in_planes_;      ///< voxels that lines along y reach beyond the block, as far as is known
    array3<Distance> distance_;  ///< of a slab, one layer above and below it, and around the block
    containment_tables tables_{0};
    found_balls found_;
};

extern template class ball_stream<distance_sq_t>;
extern template class ball_stream<short_distance_sq_t>;

}  // namespace tomosweep
