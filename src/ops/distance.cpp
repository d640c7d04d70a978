#include "tomosweep/ops/distance.hpp"

#include <algorithm>
#include <string>

#include "own_block.hpp"
#include "reach.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/distance.hpp"

namespace tomosweep {
namespace {

/// Layers fetched beyond a face in the first attempt, at most: upper bounds from one block alone can be far too large.
constexpr index_t first_reach = 64;
constexpr index_t reach_growth = 4;

/// Ranks whose blocks stand beside each other along x, by position.
std::vector<int> line_along_x(const domain& grid) {
    index3 position = grid.blocks().position(grid.ranks().rank());
    std::vector<int> line;
    for (position.x = 0; position.x < grid.blocks().ranks_per_axis().x; ++position.x)
        line.push_back(grid.blocks().rank_at(position));
    return line;
}

/// Row spans of the other blocks of the line along x.
std::vector<message> exchanged_spans(const domain& grid, const std::vector<background_span>& own) {
    std::vector<message> outgoing, incoming;
    for (int rank : line_along_x(grid))
        if (rank != grid.ranks().rank() && !own.empty() && !grid.blocks().box(rank).empty()) {
            outgoing.push_back({rank, to_bytes(own)});
            incoming.push_back({rank, std::vector<std::byte>(own.size() * sizeof(background_span))});
        }
    grid.ranks().transfer(outgoing, incoming);
    return incoming;
}

void take_nearer(index_t& carried, index_t distance) {
    if (carried == no_background || distance < carried)
        carried = distance;
}

std::vector<row_carry> carries_along_x(const domain& grid, const std::vector<background_span>& own) {
    std::vector<row_carry> carries(own.size());
    const box3& box = grid.own();
    for (const message& in : exchanged_spans(grid, own)) {
        const index_t origin = grid.blocks().box(in.rank).lo.x;
        const auto spans = from_bytes<background_span>(in.bytes);
        for (std::size_t row = 0; row < spans.size(); ++row)
            if (spans[row].first == no_background)
                continue;
            else if (origin < box.lo.x)
                take_nearer(carries[row].before, box.lo.x - (origin + spans[row].last));
            else
                take_nearer(carries[row].behind, origin + spans[row].first - (box.hi.x - 1));
    }
    return carries;
}

/// One end of a slab along an axis: its low or its high face and what lies beyond it.
struct slab_end {
    axis direction = axis::z;
    bool high = false;
    index_t have = 0;  ///< layers beyond the face that have been fetched

    /// `begin` to `end` layers from the face, counted into the box; negative ones lie beyond it.
    box3 layers(box3 box, index_t begin, index_t end) const {
        const index_t face = along(high ? box.hi : box.lo, direction);
        along(box.lo, direction) = high ? face - end : face + begin;
        along(box.hi, direction) = high ? face - begin : face + end;
        return box;
    }
};

/// Largest distance in the layer `depth` layers from the face.
distance_sq_t largest_in_layer(const slab_end& end, view3<const distance_sq_t> slab, index_t depth) {
    return max_distance_sq(slab.part(end.layers(whole(slab.extent()), depth, depth + 1)));
}

/// Layers beyond the face that the largest value on it says may matter.
index_t needed_layers(const domain& grid, const slab_end& end, view3<const distance_sq_t> slab) {
    if (slab.voxels() == 0)
        return 0;
    const index_t existing = end.high ? along(grid.volume(), end.direction) - along(grid.own().hi, end.direction)
                                      : along(grid.own().lo, end.direction);
    return std::min(layers_within(largest_in_layer(end, slab, 0)), existing);
}

/// Layers of the slab that what lies beyond the face may still lower.
index_t unsettled_layers(const slab_end& end, view3<const distance_sq_t> slab) {
    index_t depth = 0;
    while (depth < along(slab.extent(), end.direction) && layers_within(largest_in_layer(end, slab, depth)) > depth)
        ++depth;
    return depth;
}

void take_smaller(view3<const distance_sq_t> from, view3<distance_sq_t> to) {
    for (index_t z = 0; z < to.extent().z; ++z)
        for (index_t y = 0; y < to.extent().y; ++y)
            std::transform(from.row(z, y), from.row(z, y) + to.extent().x, to.row(z, y), to.row(z, y),
                           [](distance_sq_t a, distance_sq_t b) { return std::min(a, b); });
}

/// Lets the layers `beyond` the face lower the slab's distances.
void lower_from_beyond(const slab_end& end, view3<const distance_sq_t> beyond, view3<distance_sq_t> slab) {
    const index_t unsettled = unsettled_layers(end, slab);
    const view3<distance_sq_t> near = slab.part(end.layers(whole(slab.extent()), 0, unsettled));
    if (near.voxels() == 0)
        return;
    // The slab's own layers have done their part: here they are empty and only keep the distance.
    extent3 extent = near.extent();
    along(extent, end.direction) += end.have;
    array3<distance_sq_t> sources(extent, unbounded_sq);
    const box3 inner = end.layers(whole(extent), end.have, end.have + unsettled);
    copy(beyond, sources.view().part(end.layers(whole(extent), 0, end.have)));
    array3<distance_sq_t> reached(near.extent());
    extend_distance(end.direction, sources.view(), along(inner.lo, end.direction), reached.view());
    take_smaller(reached.view(), near);
}

/// Fetches more layers beyond one face where needed, and takes in what they do. False when nothing was needed on any
/// rank. `original` holds the distances before the pass, `slab` those of the box `box` after it.
bool reach_beyond(const domain& grid, slab_end& end, view3<const distance_sq_t> original, const box3& box,
                  view3<distance_sq_t> slab) {
    const index_t needed = needed_layers(grid, end, slab);
    const bool more = needed > end.have;
    if (grid.ranks().max(std::uint8_t{more}) == 0)
        return false;
    if (more)
        end.have = std::min(needed, std::max(first_reach, reach_growth * end.have));
    const auto beyond = fetch(grid, original, more ? end.layers(box, -end.have, 0) : box3{});
    agreed(grid.ranks(), [&] {
        if (more)
            lower_from_beyond(end, beyond.view(), slab);
    });
    return true;
}

/// Part `i` of `parts` of the block, cut along `direction`. Blocks with the same range there have the same slabs.
box3 slab_of(const box3& block, axis direction, index_t parts, index_t i) {
    if (block.empty())
        return {};
    box3 slab = block;
    const index_t lo = along(block.lo, direction), extent = along(block.hi, direction) - lo;
    along(slab.lo, direction) = lo + extent * i / parts;
    along(slab.hi, direction) = lo + extent * (i + 1) / parts;
    return slab;
}

/// One slab of the block, with everything beyond the block that its lines along `direction` need.
void extend_slab(const domain& grid, axis direction, const box3& slab, view3<distance_sq_t> distance) {
    const view3<distance_sq_t> own = distance.part(relative(slab, grid.own().lo));
    array3<distance_sq_t> extended;
    agreed(grid.ranks(), [&] {
        extended = array3<distance_sq_t>(slab.extent());
        extend_distance(direction, own, 0, extended.view());
    });
    for (slab_end end : {slab_end{direction, false}, slab_end{direction, true}})
        while (reach_beyond(grid, end, distance, slab, extended.view())) {
        }
    copy(view3<const distance_sq_t>(extended.view()), own);
}

/// The same on all ranks: it follows from the largest block.
index_t slab_count(const domain& grid, axis across, index_t voxels_per_slab) {
    index_t largest = 0;
    for (int rank = 0; rank < grid.ranks().size(); ++rank)
        largest = std::max(largest, grid.blocks().box(rank).voxels());
    const index_t wanted = (largest + voxels_per_slab - 1) / voxels_per_slab;
    return std::clamp<index_t>(wanted, 1, std::max<index_t>(1, along(grid.volume(), across)));
}

void extend_along(const domain& grid, axis direction, view3<distance_sq_t> distance, index_t voxels_per_slab) {
    if (along(grid.blocks().ranks_per_axis(), direction) == 1) {
        agreed(grid.ranks(), [&] { extend_distance(direction, distance, 0, distance); });
        return;
    }
    // Blocks of one line along `direction` have the same slabs, so a slab is overwritten only when all have fetched it.
    const axis across = direction == axis::z ? axis::y : axis::z;
    const index_t slabs = slab_count(grid, across, voxels_per_slab);
    for (index_t i = 0; i < slabs; ++i)
        extend_slab(grid, direction, slab_of(grid.own(), across, slabs, i), distance);
}

/// Squared distance along x; false when the volume has no background.
bool start_along_x(const domain& grid, view3<const class_t> own, int phase, view3<distance_sq_t> distance) {
    const auto spans = agreed(grid.ranks(), [&] { return row_backgrounds(own, phase); });
    const bool any = std::ranges::any_of(spans, [](const auto& span) { return span.first != no_background; });
    if (grid.ranks().max(std::uint8_t{any}) == 0) {
        for (index_t z = 0; z < distance.extent().z; ++z)
            for (index_t y = 0; y < distance.extent().y; ++y)
                std::fill_n(distance.row(z, y), distance.extent().x, unbounded_sq);
        return false;
    }
    const std::vector<row_carry> carries = carries_along_x(grid, spans);
    agreed(grid.ranks(), [&] { distance_along_x(own, phase, carries, distance); });
    return true;
}

}  // namespace

void require_distances_fit(const extent3& volume) {
    constexpr index_t longest = index_t{1} << 20;  // keeps the squares below 64 bits
    const bool fit = std::max({volume.z, volume.y, volume.x}) < longest &&
                     volume.z * volume.z + volume.y * volume.y + volume.x * volume.x < index_t{1} << 31;
    if (!fit)
        throw resource_error(
            "squared distance",
            "a volume of " + std::to_string(volume.z) + " x " + std::to_string(volume.y) + " x " +
                std::to_string(volume.x) +
                " voxels is too long: nz^2 + ny^2 + nx^2 must stay below 2^31; choose a region or bin it");
}

void squared_distance(const domain& grid, view3<const class_t> own, int phase, view3<distance_sq_t> distance,
                      index_t voxels_per_slab) {
    require_distances_fit(grid.volume());
    agreed(grid.ranks(), [&] {
        require_own_block(grid, own);
        require_own_block(grid, distance);
        require_phase(phase);
    });
    if (start_along_x(grid, own, phase, distance)) {
        extend_along(grid, axis::y, distance, voxels_per_slab);
        extend_along(grid, axis::z, distance, voxels_per_slab);
    }
    clear_outside_phase(own, phase, distance);
}

array3<distance_sq_t> squared_distance(const domain& grid, view3<const class_t> own, int phase) {
    array3<distance_sq_t> distance = agreed(grid.ranks(), [&] { return array3<distance_sq_t>(own.extent()); });
    squared_distance(grid, own, phase, distance.view());
    return distance;
}

distance_sq_t max_distance_sq(const domain& grid, view3<const distance_sq_t> own) {
    return grid.ranks().max(max_distance_sq(own));
}

}  // namespace tomosweep
