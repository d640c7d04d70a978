#include "tomosweep/ops/labels.hpp"

#include <optional>

#include "label_graph.hpp"
#include "own_block.hpp"
#include "shell.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/label.hpp"

namespace tomosweep {
namespace {

bool adjacent(const index3& step, connectivity adjacency) {
    const auto moved = step.z * step.z + step.y * step.y + step.x * step.x;
    return adjacency == connectivity::twentysix || moved == 1;
}

/// A block's labels and the pairs found so far of one of its components and one beside the block.
struct pair_search {
    box3 block;
    view3<const std::uint64_t> labels;
    connectivity adjacency;
    std::vector<touching_pair> pairs;

    /// `voxel` lies beside the block and has the label `other`.
    void look_around(const index3& voxel, std::uint64_t other) {
        const box3 near = intersection({voxel - index3{1, 1, 1}, voxel + index3{2, 2, 2}}, block);
        for (index_t z = near.lo.z; z < near.hi.z; ++z)
            for (index_t y = near.lo.y; y < near.hi.y; ++y)
                for (index_t x = near.lo.x; x < near.hi.x; ++x)
                    if (const std::uint64_t own = labels[index3{z, y, x} - block.lo];
                        own != 0 && adjacent(index3{z, y, x} - voxel, adjacency))
                        add({own, other});
    }

    void look_along(const box3& layer, view3<const std::uint64_t> beside) {
        for (index_t z = layer.lo.z; z < layer.hi.z; ++z)
            for (index_t y = layer.lo.y; y < layer.hi.y; ++y)
                for (index_t x = layer.lo.x; x < layer.hi.x; ++x)
                    if (const std::uint64_t other = beside[index3{z, y, x} - layer.lo]; other != 0)
                        look_around({z, y, x}, other);
    }

private:
    void add(const touching_pair& pair) {
        // Neighbouring voxels mostly repeat the pair: what is dropped here need not be sorted later.
        if (pairs.empty() || pairs.back() != pair)
            pairs.push_back(pair);
    }
};

std::vector<touching_pair> touching_pairs(const domain& grid, view3<const std::uint64_t> labels,
                                          connectivity adjacency) {
    const auto layers = shell(grid.own(), grown(grid.own(), {1, 1, 1}, whole(grid.volume())));
    std::array<array3<std::uint64_t>, layers.size()> beside;
    for (std::size_t side = 0; side < layers.size(); ++side)
        beside[side] = fetch(grid, labels, layers[side]);
    return agreed(grid.ranks(), [&] {
        pair_search search{grid.own(), labels, adjacency, {}};
        for (std::size_t side = 0; side < layers.size(); ++side)
            search.look_along(layers[side], beside[side].view());
        return std::move(search.pairs);
    });
}

std::vector<std::uint64_t> block_labels(const block_components& components) {
    std::vector<std::uint64_t> labels;
    for (const component& each : components.components())
        labels.push_back(each.label);
    return labels;
}

void write_labels(const block_components& components, const std::vector<std::uint64_t>& label_of,
                  view3<std::uint64_t> labels) {
    for (index_t z = 0; z < components.extent().z; ++z)
        for (index_t y = 0; y < components.extent().y; ++y)
            for (index_t i = 0; i < components.runs_in_row(z, y); ++i) {
                const component_run run = components.run(z, y, i);
                std::fill(labels.row(z, y) + run.begin, labels.row(z, y) + run.end,
                          label_of[static_cast<std::size_t>(run.component)]);
            }
}

}  // namespace

array3<std::uint64_t> label_components(const domain& grid, view3<const class_t> own, int phase,
                                       connectivity adjacency) {
    const step_scope charged(grid.ledger(), scan_step::labels, own.voxels());
    array3<std::uint64_t> labels;
    const auto components = agreed(grid.ranks(), [&] {
        require_own_block(grid, own);
        require_phase(phase);
        labels = array3<std::uint64_t>(own.extent());
        std::optional<block_components> found(std::in_place, own, phase, adjacency, grid.own(), grid.volume());
        found->write_labels(whole(own.extent()), labels.view());
        return found;
    });
    const std::vector<std::uint64_t> local = block_labels(*components);
    const auto final_labels = smallest_connected(grid, local, touching_pairs(grid, labels.view(), adjacency));
    write_labels(*components, final_labels, labels.view());
    return labels;
}

}  // namespace tomosweep
