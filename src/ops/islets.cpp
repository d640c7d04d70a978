#include "tomosweep/ops/islets.hpp"

#include <algorithm>
#include <map>

#include "own_block.hpp"
#include "slabs.hpp"
#include "thickness_sink.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/label.hpp"
#include "tomosweep/kernels/layer_thickness.hpp"
#include "tomosweep/kernels/threads.hpp"
#include "tomosweep/ops/distance.hpp"

namespace tomosweep {
namespace {

using piece_counts = std::map<std::pair<std::int64_t, bool>, std::int64_t>;

/// Makes the complement the phase: 0 where a voxel is no phase, class_background where it is; class_outside stays.
void turn_inside_out(array3<class_t>& classes, int phase) {
    std::ranges::transform(classes.values(), classes.values().begin(), [phase](class_t value) {
        return value == class_outside ? class_outside : value > phase ? class_t{0} : class_background;
    });
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

void count_pieces(view3<const class_t> layer, piece_counts& counts) {
    const block_components pieces(layer, 0, connectivity::six, whole(layer.extent()), layer.extent());
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

void count_pieces_of_layers(view3<const class_t> slab, piece_counts& counts) {
    const extent3& extent = slab.extent();
    for (index_t z = 0; z < extent.z; ++z)
        count_pieces(slab.part({{z, 0, 0}, {z + 1, extent.y, extent.x}}), counts);
}

/// Voxels per slab where the caller does not say: with widths a layer for every thread. The same on all ranks.
index_t usual_slab(const domain& grid, bool with_widths) {
    constexpr index_t usual = index_t{1} << 24;
    const index_t busy = grid.volume().y * grid.volume().x * grid.ranks().max(index_t{threads_in_use()});
    return with_widths ? std::max(usual, busy) : usual;
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

islet_tables measure_islets(const domain& grid, view3<const class_t> own, int phase, islet_widths widths,
                            index_t voxels_per_slab) {
    const bool with_widths = widths == islet_widths::measured;
    agreed(grid.ranks(), [&] {
        require_own_block(grid, own);
        require_phase(phase);
        if (with_widths)
            require_distances_fit(grid.volume());
    });
    const step_scope charged(grid.ledger(), scan_step::labels, own.voxels());
    const domain layers(grid.ranks(), decomposition(grid.volume(), {grid.ranks().size(), 1, 1}));
    const index_t slabs =
        slab_count(layers, axis::z, voxels_per_slab > 0 ? voxels_per_slab : usual_slab(grid, with_widths));
    piece_counts counts;
    islet_tables tables;
    for (index_t i = 0; i < slabs; ++i) {
        array3<class_t> slab = fetch(grid, own, slab_of(layers.own(), axis::z, slabs, i));
        agreed(grid.ranks(), [&] {
            turn_inside_out(slab, phase);
            count_pieces_of_layers(slab.view(), counts);
            if (!with_widths)
                return;
            const step_scope of_widths(grid.ledger(), scan_step::thickness, slab.voxels());
            tables.widths = merged(tables.widths, thickness_in_layers(slab.view(), 0));
        });
    }
    tables.pieces = summed(grid.ranks(), std::move(counts));
    sum_tables(grid.ranks(), tables.widths);
    return tables;
}

}  // namespace tomosweep
