#include "tomosweep/ops/class_tables.hpp"

#include <utility>

#include "own_block.hpp"
#include "slabs.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/grid/joining_order.hpp"
#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"

namespace tomosweep {
namespace {

/// Neighbourhoods of some layers of the own block.
neighbourhood_table neighbourhoods_of(const domain& grid, view3<const class_t> own, const box3& slab, int phases,
                                      const depth_bins& depth) {
    const box3 box = grown(slab, {1, 1, 1}, whole(grid.volume()));
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

/// A component tree on its way from blocks to the whole volume. Every other one is kept at the far end of the grid of
/// ranks, so that two of them are joined at the same time on different ranks.
struct growing_tree {
    joining_order order;
    boundary_tree tree;
    component_curves curves;
};

std::vector<growing_tree> grow_trees(const domain& grid, view3<const class_t> own, int phases, axis depth,
                                     std::span<const connectivity> adjacencies) {
    std::vector<growing_tree> trees;
    for (const connectivity adjacency : adjacencies) {
        const auto keeper = trees.size() % 2 == 0 ? joining_order::keeper::lowest : joining_order::keeper::highest;
        growing_tree& one = trees.emplace_back(growing_tree{{grid.blocks(), keeper}, {}, component_curves(phases)});
        one.tree = grow(own, grid.own(), {grid.volume(), phases, adjacency, depth}, one.curves);
    }
    return trees;
}

void join_in_round(const communicator& ranks, std::vector<growing_tree>& trees, int round) {
    using action = joining_role::action;
    std::vector<joining_role> roles;
    std::vector<message> leaving, arriving;
    agreed(ranks, [&] {
        for (growing_tree& each : trees) {
            const joining_role role = roles.emplace_back(each.order.role(round, ranks.rank()));
            if (role.what == action::send)
                leaving.push_back({role.partner, pack(std::exchange(each.tree, {}))});
            if (role.what == action::receive)
                arriving.push_back({role.partner, {}});
        }
    });
    ranks.exchange_known(leaving, arriving);
    leaving = {};
    agreed(ranks, [&] {
        auto arrived = arriving.begin();
        for (std::size_t i = 0; i < trees.size(); ++i)
            if (roles[i].what == action::receive)
                trees[i].tree =
                    join(std::move(trees[i].tree), unpack(std::exchange((arrived++)->bytes, {})), trees[i].curves);
    });
}

void reduce(const communicator& ranks, component_curves& curves) {
    ranks.sum(std::span(curves.births));
    ranks.max(std::span(curves.largest));
    ranks.max(std::span(curves.spans));
}

/// Components of every phase for each kind of neighbours, on every rank.
std::vector<std::vector<component_counts>> joined_components(const domain& grid, view3<const class_t> own, int phases,
                                                             axis depth, std::span<const connectivity> adjacencies) {
    auto trees = agreed(grid.ranks(), [&] { return grow_trees(grid, own, phases, depth, adjacencies); });
    const step_scope charged(grid.ledger(), scan_step::joins);
    const int rounds = trees.empty() ? 0 : trees.front().order.rounds();
    for (int round = 0; round < rounds; ++round)
        join_in_round(grid.ranks(), trees, round);
    std::vector<std::vector<component_counts>> components;
    for (growing_tree& each : trees) {
        reduce(grid.ranks(), each.curves);
        components.push_back(each.curves.counts());
    }
    return components;
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
    const auto components = joined_components(grid, own, phases, depth.direction, adjacencies);
    for (std::size_t i = 0; i < adjacencies.size(); ++i)
        for (std::size_t phase = 0; phase < tables.size(); ++phase)
            tables[phase].components[static_cast<std::size_t>(adjacencies[i])] = components[i][phase];
    return tables;
}

}  // namespace tomosweep
