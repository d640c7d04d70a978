#include "tomosweep/ops/distance.hpp"

#include <algorithm>
#include <string>

#include "distance_passes.hpp"
#include "own_block.hpp"
#include "slabs.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/distance.hpp"

namespace tomosweep {
namespace {

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

/// What a slab may need when the slab before it needed `needed`.
reach guessed_from(const reach& needed) {
    const auto more = [](index_t layers) { return layers + layers / 4 + 2; };
    return {more(needed.low), more(needed.high)};
}

/// One slab of the block, with everything beyond the block that its lines along `direction` need. `guess`, what it may
/// need, becomes what the next slab may need; any guess leads to the same distances.
template <distance_value Distance>
void extend_slab(const domain& grid, axis direction, const box3& slab, view3<Distance> distance, reach& guess) {
    const index_t below = along(grid.own().lo, direction);
    const index_t above = along(grid.volume(), direction) - along(grid.own().hi, direction);
    reach have{std::min(guess.low, below), std::min(guess.high, above)}, needed;
    array3<Distance> extended = agreed(grid.ranks(), [&] { return array3<Distance>(slab.extent()); });
    bool enough = slab.empty();
    do {
        box3 wanted;
        if (!enough) {
            wanted = slab;
            along(wanted.lo, direction) -= have.low;
            along(wanted.hi, direction) += have.high;
        }
        const auto padded = fetch(grid, view3<const Distance>(distance), wanted);
        agreed(grid.ranks(), [&] {
            if (!enough)
                extend_distance(direction, padded.view(), have.low, extended.view());
        });
        needed = needed_reach<Distance>(grid.own(), grid.volume(), direction, extended.view());
        enough = have.covers(needed);
        if (!enough)
            have = {next_reach(have.low, needed.low), next_reach(have.high, needed.high)};
    } while (grid.ranks().max(std::uint8_t{!enough}) != 0);
    if (!slab.empty())
        guess = guessed_from(needed);
    copy(view3<const Distance>(extended.view()), distance.part(relative(slab, grid.own().lo)));
}

template <distance_value Distance>
void extend_along(const domain& grid, axis direction, view3<Distance> distance, index_t voxels_per_slab, reach& guess) {
    if (undivided(grid, direction)) {
        agreed(grid.ranks(), [&] { extend_distance(direction, distance, 0, distance); });
        return;
    }
    // Blocks of one line along `direction` have the same slabs, so a slab is overwritten only when all have fetched it.
    const axis across = direction == axis::z ? axis::y : axis::z;
    const index_t slabs = slab_count(grid, across, voxels_per_slab);
    for (index_t i = 0; i < slabs; ++i)
        extend_slab(grid, direction, slab_of(grid.own(), across, slabs, i), distance, guess);
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

template <distance_value Distance>
reach needed_reach(const box3& slab, const extent3& volume, axis direction, view3<const Distance> distance) {
    if (distance.voxels() == 0)
        return {};
    box3 low = whole(distance.extent()), high = low;
    along(low.hi, direction) = 1;
    along(high.lo, direction) = along(high.hi, direction) - 1;
    const index_t below = along(slab.lo, direction);
    const index_t above = along(volume, direction) - along(slab.hi, direction);
    return {std::min(layers_within(max_distance_sq(distance.part(low))), below),
            std::min(layers_within(max_distance_sq(distance.part(high))), above)};
}

template reach needed_reach(const box3&, const extent3&, axis, view3<const distance_sq_t>);
template reach needed_reach(const box3&, const extent3&, axis, view3<const short_distance_sq_t>);

template <distance_value Distance>
bool distance_in_planes(const domain& grid, view3<const class_t> own, int phase, view3<Distance> distance,
                        index_t voxels_per_slab, reach& guess) {
    const auto spans = agreed(grid.ranks(), [&] { return row_backgrounds(own, phase); });
    const bool any = std::ranges::any_of(spans, [](const auto& span) { return span.first != no_background; });
    if (grid.ranks().max(std::uint8_t{any}) == 0) {
        for (index_t z = 0; z < distance.extent().z; ++z)
            for (index_t y = 0; y < distance.extent().y; ++y)
                std::fill_n(distance.row(z, y), distance.extent().x, too_far_sq<Distance>);
        return false;
    }
    const std::vector<row_carry> carries = carries_along_x(grid, spans);
    if (undivided(grid, axis::y)) {
        agreed(grid.ranks(), [&] { distance_in_layers(own, phase, carries, distance); });
    } else {
        agreed(grid.ranks(), [&] { distance_along_x(own, phase, carries, distance); });
        extend_along(grid, axis::y, distance, voxels_per_slab, guess);
    }
    return true;
}

template bool distance_in_planes(const domain&, view3<const class_t>, int, view3<distance_sq_t>, index_t, reach&);
template bool distance_in_planes(const domain&, view3<const class_t>, int, view3<short_distance_sq_t>, index_t, reach&);

template <distance_value Distance>
void squared_distance(const domain& grid, view3<const class_t> own, int phase, view3<Distance> distance,
                      index_t voxels_per_slab) {
    const step_scope charged(grid.ledger(), scan_step::distance, own.voxels());
    agreed(grid.ranks(), [&] {
        require_distances_fit(grid.volume());
        require_own_block(grid, own);
        require_own_block(grid, distance);
        require_phase(phase);
    });
    reach along_y, along_z;
    if (distance_in_planes(grid, own, phase, distance, voxels_per_slab, along_y))
        extend_along(grid, axis::z, distance, voxels_per_slab, along_z);
    clear_outside_phase(own, phase, distance);
}

template void squared_distance(const domain&, view3<const class_t>, int, view3<distance_sq_t>, index_t);
template void squared_distance(const domain&, view3<const class_t>, int, view3<short_distance_sq_t>, index_t);

array3<distance_sq_t> squared_distance(const domain& grid, view3<const class_t> own, int phase) {
    array3<distance_sq_t> distance = agreed(grid.ranks(), [&] { return array3<distance_sq_t>(own.extent()); });
    squared_distance(grid, own, phase, distance.view());
    return distance;
}

distance_sq_t max_distance_sq(const domain& grid, view3<const distance_sq_t> own) {
    return grid.ranks().max(max_distance_sq(own));
}

}  // namespace tomosweep
