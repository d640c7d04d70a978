#pragma once

#include <functional>
#include <span>
#include <vector>

#include "painter.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep {

/// Runs that are handed over at once, or a few more.
inline constexpr std::size_t painted_portion = 4096;

/// The balls that are painted into a block, and what is the same for all its slabs.
struct painting {
    painting(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
             std::span<const ball> others);

    view3<const class_t> classes;
    int phase;
    index3 origin;
    const ball_list& own;
    std::span<const ball> others;
    distance_sq_t max_radius_sq = 0;
    index_t reach = 0;
};

/// Paints the balls that reach the layers [z_lo, z_hi) of the block, by falling radius. `taken` is called with what is
/// painted in portions, the last of which stays in `painted`.
void paint_balls(const painting& work, index_t z_lo, index_t z_hi, unpainted_slab& slab,
                 std::vector<painted_run>& painted, const run_sink& taken);

/// Works on the layers [z_lo, z_hi) of the block.
using slab_worker = std::function<void(index_t z_lo, index_t z_hi)>;

/// Cuts the block into slabs for all threads. `make_worker` is called once per thread, never by two at a time. What a
/// worker throws arrives here.
void for_each_slab(const extent3& block, const std::function<slab_worker()>& make_worker);

}  // namespace tomosweep
