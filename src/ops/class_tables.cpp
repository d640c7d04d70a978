#include "tomosweep/ops/class_tables.hpp"

#include <utility>

#include "own_block.hpp"
#include "slabs.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"

namespace tomosweep {
namespace {

/// Neighbourhoods of some layers of the own block.
neighbourhood_table neighbourhoods_of(const domain& grid, view3<const class_t> own, const box3& slab, int phases,
                                      const depth_bins& depth) {
    // A neighbourhood belongs to the block of its highest corner: only the low sides need the neighbours' voxels.
    box3 box = slab;
    if (!box.empty())
        box.lo = grown(box, {1, 1, 1}, whole(grid.volume())).lo;
    const array3<class_t> classes = fetch(grid, own, box);
    return agreed(grid.ranks(), [&] { return neighbourhood(classes.view(), box, slab, grid.volume(), phases, depth); });
}

neighbourhood_table summed_neighbourhoods(const domain& grid, view3<const class_t> own, int phases,
                                          const depth_bins& depth, index_t voxels_per_slab) {
    if (grid.ranks().size() == 1)
        return agreed(grid.ranks(),
                      [&] { return neighbourhood(own, grid.own(), grid.own(), grid.volume(), phases, depth); });
    neighbourhood_table table(phases, depth.count);
    const index_t slabs = slab_count(grid, axis::z, voxels_per_slab);
    for (index_t i = 0; i < slabs; ++i)
        table += neighbourhoods_of(grid, own, slab_of(grid.own(), axis::z, slabs, i), phases, depth);
    grid.ranks().sum(std::span(table.counts));
    return table;
}

/// The grid of ranks while blocks are joined: groups of `width` grid positions per axis have become one box, held by
/// the rank at the lowest position of the group.
struct joined_groups {
    extent3 ranks;
    extent3 width{1, 1, 1};

    index_t groups(axis direction) const {
        return (along(ranks, direction) + along(width, direction) - 1) / along(width, direction);
    }
    axis longest() const {
        axis best = axis::z;
        for (axis direction : {axis::y, axis::x})
            if (groups(direction) > groups(best))
                best = direction;
        return best;
    }
};

/// What a rank does in one round: nothing, send its tree to `partner` and be done, or receive and join.
struct round_role {
    enum class action : std::uint8_t { rest, send, receive } what = action::rest;
    int partner = 0;
};

round_role role_in_round(const decomposition& blocks, int rank, const joined_groups& groups, axis direction) {
    const index3 position = blocks.position(rank);
    for (axis each : {axis::z, axis::y, axis::x})
        if (along(position, each) % along(groups.width, each) != 0)
            return {};
    const index_t width = along(groups.width, direction);
    const bool odd = along(position, direction) / width % 2 == 1;
    index3 partner = position;
    along(partner, direction) += odd ? -width : width;
    if (along(partner, direction) >= along(groups.ranks, direction))
        return {};
    return {odd ? round_role::action::send : round_role::action::receive, blocks.rank_at(partner)};
}

void join_in_round(const communicator& ranks, const round_role& role, boundary_tree& tree, component_curves& curves) {
    using action = round_role::action;
    std::vector<std::byte> packed = agreed(
        ranks, [&] { return role.what == action::send ? pack(std::exchange(tree, {})) : std::vector<std::byte>(); });
    if (role.what == action::send)
        ranks.send(role.partner, packed);
    if (role.what == action::receive)
        packed = ranks.receive(role.partner);
    agreed(ranks, [&] {
        if (role.what == action::receive)
            tree = join(std::move(tree), unpack(std::exchange(packed, {})), curves);
    });
}

void reduce(const communicator& ranks, component_curves& curves) {
    ranks.sum(std::span(curves.births));
    ranks.max(std::span(curves.largest));
    ranks.max(std::span(curves.spans));
}

/// Components of every phase, on every rank.
std::vector<component_counts> joined_components(const domain& grid, view3<const class_t> own,
                                                const component_problem& problem) {
    component_curves curves(problem.phases);
    boundary_tree tree = agreed(grid.ranks(), [&] { return grow(own, grid.own(), problem, curves); });
    const step_scope charged(grid.ledger(), scan_step::joins);
    joined_groups groups{grid.blocks().ranks_per_axis()};
    for (axis direction = groups.longest(); groups.groups(direction) > 1; direction = groups.longest()) {
        join_in_round(grid.ranks(), role_in_round(grid.blocks(), grid.ranks().rank(), groups, direction), tree, curves);
        along(groups.width, direction) *= 2;
    }
    reduce(grid.ranks(), curves);
    return curves.counts();
}

void check(const domain& grid, view3<const class_t> own, int phases, const depth_bins& depth) {
    require_own_block(grid, own);
    require(phases >= 1 && phases <= max_phases, "a chain has 1 to 254 phases");
    require_depth(grid, depth);
}

}  // namespace

std::vector<phase_counts> tabulate_classes(const domain& grid, view3<const class_t> own, int phases,
                                           const depth_bins& depth, std::span<const connectivity> adjacencies,
                                           index_t voxels_per_slab) {
    agreed(grid.ranks(), [&] { check(grid, own, phases, depth); });
    const neighbourhood_table neighbourhoods = summed_neighbourhoods(grid, own, phases, depth, voxels_per_slab);
    std::vector<phase_counts> tables;
    for (int phase = 0; phase < phases; ++phase)
        tables.push_back(neighbourhoods.phase(phase));
    for (connectivity adjacency : adjacencies) {
        const auto components = joined_components(grid, own, {grid.volume(), phases, adjacency, depth.direction});
        for (std::size_t phase = 0; phase < tables.size(); ++phase)
            tables[phase].components[static_cast<std::size_t>(adjacency)] = components[phase];
    }
    return tables;
}

}  // namespace tomosweep
