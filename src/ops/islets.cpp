#include "tomosweep/ops/islets.hpp"

#include <algorithm>
#include <map>

#include "own_block.hpp"
#include "slabs.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/label.hpp"

namespace tomosweep {
namespace {

using piece_counts = std::map<std::pair<std::int64_t, bool>, std::int64_t>;

/// 0 where the voxel is no phase but in the region, class_background elsewhere.
array3<class_t> complement_of(view3<const class_t> layer, int phase) {
    array3<class_t> complement(layer.extent());
    for (index_t y = 0; y < layer.extent().y; ++y)
        std::transform(
            layer.row(0, y), layer.row(0, y) + layer.extent().x, complement.view().row(0, y),
            [phase](class_t value) { return value > phase && value != class_outside ? class_t{0} : class_background; });
    return complement;
}

/// Whether a run of row `y` touches the border of the layer or a voxel outside the region.
bool is_cut(view3<const class_t> layer, index_t y, const component_run& run) {
    const extent3& extent = layer.extent();
    if (run.begin == 0 || run.end == extent.x || y == 0 || y == extent.y - 1)
        return true;
    if (layer(0, y, run.begin - 1) == class_outside || layer(0, y, run.end) == class_outside)
        return true;
    const auto outside_in = [&](index_t row) {
        const class_t* values = layer.row(0, row);
        return std::find(values + run.begin, values + run.end, class_outside) != values + run.end;
    };
    return outside_in(y - 1) || outside_in(y + 1);
}

void count_layer(view3<const class_t> layer, int phase, piece_counts& counts) {
    const array3<class_t> complement = complement_of(layer, phase);
    const block_components pieces(complement.view(), 0, connectivity::six, whole(layer.extent()), layer.extent());
    std::vector<std::uint8_t> cut(pieces.components().size(), 0);
    for (index_t y = 0; y < layer.extent().y; ++y)
        for (index_t i = 0; i < pieces.runs_in_row(0, y); ++i) {
            const component_run run = pieces.run(0, y, i);
            std::uint8_t& mark = cut[static_cast<std::size_t>(run.component)];
            if (mark == 0 && is_cut(layer, y, run))
                mark = 1;
        }
    for (std::size_t i = 0; i < cut.size(); ++i)
        ++counts[{pieces.components()[i].voxels, cut[i] != 0}];
}

/// Sum over all ranks, on every rank.
piece_table summed(const communicator& ranks, piece_counts counts) {
    const auto listed = [](const piece_counts& from) {
        piece_table table;
        for (const auto& [piece, number] : from)
            table.push_back({piece.first, piece.second ? 1 : 0, number});
        return table;
    };
    const std::vector<message> arrived = ranks.exchange({{0, to_bytes(listed(counts))}});
    piece_table table;
    if (ranks.root()) {
        counts.clear();
        for (const message& each : arrived)
            for (const piece_count& row : from_bytes<piece_count>(each.bytes))
                counts[{row.voxels, row.cut != 0}] += row.pieces;
        table = listed(counts);
    }
    ranks.broadcast(table);
    return table;
}

}  // namespace

piece_table measure_islets(const domain& grid, view3<const class_t> own, int phase, index_t voxels_per_slab) {
    agreed(grid.ranks(), [&] {
        require_own_block(grid, own);
        require_phase(phase);
    });
    const step_scope charged(grid.ledger(), scan_step::labels, own.voxels());
    const domain layers(grid.ranks(), decomposition(grid.volume(), {grid.ranks().size(), 1, 1}));
    const index_t slabs = slab_count(layers, axis::z, voxels_per_slab);
    piece_counts counts;
    for (index_t i = 0; i < slabs; ++i) {
        const array3<class_t> slab = fetch(grid, own, slab_of(layers.own(), axis::z, slabs, i));
        agreed(grid.ranks(), [&] {
            const extent3& extent = slab.extent();
            for (index_t z = 0; z < extent.z; ++z)
                count_layer(slab.view().part({{z, 0, 0}, {z + 1, extent.y, extent.x}}), phase, counts);
        });
    }
    return summed(grid.ranks(), std::move(counts));
}

}  // namespace tomosweep
