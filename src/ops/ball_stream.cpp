#include "ball_stream.hpp"

#include <algorithm>
#include <cstring>

#include "own_block.hpp"
#include "shell.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/distance.hpp"
#include "tomosweep/ops/distance.hpp"

namespace tomosweep {

template <distance_value Distance>
ball_stream<Distance>::ball_stream(const domain& grid, view3<const class_t> own, int phase, index_t layers_per_slab)
    : grid_(grid), own_(own), phase_(phase), layers_per_slab_(layers_per_slab), found_{0, ball_list(grid.own())} {}

template <distance_value Distance>
box3 ball_stream<Distance>::own_box(const layers& of) const {
    box3 box = grid_.own();
    box.lo.z = of.lo;
    box.hi.z = of.hi;
    return box.empty() ? box3{} : box;
}

/// The layers as a volume of their own, cut as the whole one is.
template <distance_value Distance>
domain ball_stream<Distance>::domain_of(const layers& of) const {
    const extent3 volume{of.count(), grid_.volume().y, grid_.volume().x};
    return {grid_.ranks(), decomposition(volume, grid_.blocks().ranks_per_axis())};
}

/// A window that begins at `wanted`, has room for it and for slabs to come, and holds nothing.
template <distance_value Distance>
void ball_stream<Distance>::empty_window(const layers& wanted) {
    const extent3 plane = own_box({0, 1}).extent();
    const index_t usual = std::min(layers_per_slab_ + 2 + 2 * reach_, grid_.volume().z);
    window_ = {};
    window_ = agreed(grid_.ranks(), [&] {
        return array3<Distance>({std::max(usual, wanted.count()), plane.y, plane.x});
    });
    held_ = {wanted.lo, wanted.lo};
}

/// Makes the window begin at `wanted` and hold it; keeps what it has of it.
template <distance_value Distance>
void ball_stream<Distance>::move_window(const layers& wanted) {
    if (wanted.lo < held_.lo || wanted.lo > held_.hi || wanted.count() > window_.extent().z)
        empty_window(wanted);
    const auto layer = static_cast<std::size_t>(window_.extent().y * window_.extent().x);
    if (wanted.lo > held_.lo && layer > 0)
        std::memmove(window_.data(), window_.data() + static_cast<std::size_t>(wanted.lo - held_.lo) * layer,
                     static_cast<std::size_t>(held_.hi - wanted.lo) * layer * sizeof(Distance));
    held_.lo = wanted.lo;
    if (wanted.hi > held_.hi)
        add_plane_distances({held_.hi, wanted.hi});
}

template <distance_value Distance>
void ball_stream<Distance>::add_plane_distances(const layers& of) {
    const box3 box = own_box(of);
    const view3<Distance> added = window_.view().part(relative(box, {held_.lo, box.lo.y, box.lo.x}));
    distance_in_planes(domain_of(of), own_.part(relative(box, grid_.own().lo)), phase_, added, slab_voxels,
                       reach_in_planes_);
    held_.hi = of.hi;
}

/// Distances of the layers `slab` of the block, the window reaching as far as they say it must.
template <distance_value Distance>
void ball_stream<Distance>::extend_into(const layers& slab, view3<Distance> inner) {
    const step_scope charged(grid_.ledger(), scan_step::distance, inner.voxels());
    const box3 box = own_box(slab);
    for (;;) {
        const layers wanted{std::max<index_t>(slab.lo - reach_, 0), std::min(slab.hi + reach_, grid_.volume().z)};
        move_window(wanted);
        agreed(grid_.ranks(), [&] {
            const box3 seen{{0, 0, 0}, {wanted.count(), window_.extent().y, window_.extent().x}};
            if (!box.empty())
                extend_distance(axis::z, window_.view().part(seen), slab.lo - wanted.lo, inner);
        });
        const reach own = needed_reach(box, grid_.volume(), axis::z, view3<const Distance>(inner));
        const index_t needed = grid_.ranks().max(std::max(own.low, own.high));
        if (needed <= reach_)
            return;
        reach_ = next_reach(reach_, needed);
    }
}

template <distance_value Distance>
void ball_stream<Distance>::find_centres_of(const layers& slab) {
    const layers seen{std::max<index_t>(slab.lo - 1, 0), std::min(slab.hi + 1, grid_.volume().z)};
    const box3 own = own_box(seen);
    const box3 box = grown(own, {0, 1, 1}, whole(grid_.volume()));
    const view3<Distance> distance(distance_.data(), box.extent());
    const view3<Distance> inner = distance.part(relative(own, box.lo));
    extend_into(seen, inner);
    clear_outside_phase(own_.part(relative(own, grid_.own().lo)), phase_, inner);
    const auto largest = distance_sq_t{max_distance_sq(view3<const Distance>(inner))};
    found_.max_distance_sq = std::max(found_.max_distance_sq, grid_.ranks().max(largest));
    if (found_.max_distance_sq == too_far_sq<Distance>)
        return;
    const box3 box_in_layers{box.lo - index3{seen.lo, 0, 0}, box.hi - index3{seen.lo, 0, 0}};
    fetch_shell(domain_of(seen), inner, own.empty() ? box3{} : box_in_layers, distance);
    agreed(grid_.ranks(), [&] {
        if (largest > tables_.covered() && tables_.covered() < containment_tables::largest)
            tables_ = containment_tables(2 * largest);
        add_centres(view3<const Distance>(distance), box, own_box(slab), tables_, found_.own);
    });
}

template <distance_value Distance>
std::optional<found_balls> ball_stream<Distance>::run() {
    const index_t all = grid_.volume().z;
    distance_ = agreed(grid_.ranks(), [&] {
        const box3 around = grown(grid_.own(), {0, 1, 1}, whole(grid_.volume()));
        return array3<Distance>({std::min(layers_per_slab_ + 2, all), around.extent().y, around.extent().x});
    });
    for (index_t z = 0; z < all; z += layers_per_slab_) {
        find_centres_of({z, std::min(z + layers_per_slab_, all)});
        if (found_.max_distance_sq == too_far_sq<Distance>)
            return std::nullopt;
    }
    return std::move(found_);
}

template class ball_stream<distance_sq_t>;
template class ball_stream<short_distance_sq_t>;

}  // namespace tomosweep
