#include "tomosweep/ops/balls.hpp"

#include <algorithm>
#include <concepts>
#include <optional>

#include "ball_stream.hpp"
#include "distance_passes.hpp"
#include "own_block.hpp"
#include "shell.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/centres.hpp"
#include "tomosweep/kernels/distance.hpp"
#include "tomosweep/ops/distance.hpp"

namespace tomosweep {
namespace {

bool has_background(const domain& grid, view3<const class_t> own, int phase) {
    const auto is_background = [phase](class_t each) { return each > phase && each <= class_background; };
    const extent3 extent = own.extent();
    bool found = false;
    for (index_t z = 0; z < extent.z && !found; ++z)
        for (index_t y = 0; y < extent.y && !found; ++y)
            found = std::any_of(own.row(z, y), own.row(z, y) + extent.x, is_background);
    return grid.ranks().max(std::uint8_t{found}) != 0;
}

/// Every rank whose block has voxels of the phase holds one ball for all of them.
found_balls without_background(const domain& grid, view3<const class_t> own, int phase) {
    found_balls found{0, endless_ball(own, grid.own(), [phase](class_t each) { return each <= phase; })};
    found.max_distance_sq = grid.ranks().max(found.own.largest_sq());
    return found;
}

/// From the distances of the whole block; nothing, on every rank, when a distance is too far for the type.
template <distance_value Distance>
std::optional<found_balls> balls_of_block(const domain& grid, view3<const class_t> own, int phase) {
    const box3 box = grown(grid.own(), {1, 1, 1}, whole(grid.volume()));
    auto distance = agreed(grid.ranks(), [&] { return array3<Distance>(box.extent()); });
    const view3<Distance> inner = distance.view().part(relative(grid.own(), box.lo));
    squared_distance(grid, own, phase, inner);
    const Distance largest = max_distance_sq(view3<const Distance>(inner));
    const distance_sq_t largest_of_all = grid.ranks().max(distance_sq_t{largest});
    if (largest_of_all == too_far_sq<Distance>)
        return std::nullopt;
    fetch_shell(grid, inner, box, distance.view());
    return agreed(grid.ranks(), [&] {
        return found_balls{largest_of_all, find_centres(view3<const Distance>(distance.view()), box, grid.own(),
                                                        distance_sq_t{largest})};
    });
}

template <distance_value Distance>
std::optional<found_balls> balls_if_near(const domain& grid, view3<const class_t> own, int phase, index_t layers) {
    return undivided(grid, axis::z) ? ball_stream<Distance>(grid, own, phase, layers).run()
                                    : balls_of_block<Distance>(grid, own, phase);
}

}  // namespace

found_balls find_balls(const domain& grid, view3<const class_t> own, int phase, index_t layers_per_slab) {
    const step_scope charged(grid.ledger(), scan_step::centres, own.voxels());
    agreed(grid.ranks(), [&] {
        require_distances_fit(grid.volume());
        require_own_block(grid, own);
        require_phase(phase);
    });
    if (!has_background(grid, own, phase))
        return without_background(grid, own, phase);
    const index_t layers = layers_per_slab > 0 ? layers_per_slab : std::max<index_t>(32, grid.volume().z / 16);
    auto found = balls_if_near<short_distance_sq_t>(grid, own, phase, layers);
    if (!found)
        found = balls_if_near<distance_sq_t>(grid, own, phase, layers);
    require(found.has_value(), "a volume with background has finite distances");
    return std::move(*found);
}

}  // namespace tomosweep
