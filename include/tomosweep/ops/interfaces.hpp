#pragma once

#include <cstdint>
#include <vector>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/grid/domain.hpp"
#include "tomosweep/kernels/height_map.hpp"
#include "tomosweep/kernels/interface_columns.hpp"

namespace tomosweep {

/// What became of a cell of an interface's map.
enum class cell_state : std::uint8_t {
    measured,
    filled,  ///< from its neighbours
    outside  ///< no column of it lies in the region; its height is filled, too
};

/// One interface of the electrode, the same on every rank. All heights are known.
struct interface_map {
    height_map map;
    std::vector<cell_state> states;  ///< by cell
};

struct electrode_interfaces {
    interface_map collector, separator;
};

/// Heights of the interfaces electrode/collector and electrode/separator over cells of `step` voxels (1 or more), from
/// the grey levels of the rank's own block; voxels where `mask` is 0 do not count (a view of nothing keeps all).
///
/// Every column is searched by find_columns(); those with a crack right behind the interface are used only in cells
/// with less than a quarter of others. A robust surface of second degree through the cells' median heights then says
/// which columns are off: farther from it than two voxels and than four times the spread of cells and columns together,
/// as where a crack reaches the surface. A cell's height is that of the surface at its middle and crowded_mean() of the
/// residuals of its other columns, so that fibres on a part of it do not count. Cells with less than a quarter of their
/// columns left, and cells more than half a voxel and four spreads off the surface through all of them, are filled from
/// their neighbours.
///
/// Collective. Bit-identical for any number of ranks and threads: every cell is worked out whole on one rank. Throws on
/// every rank: input_error when less than a quarter of the cells have an interface, resource_error when memory is
/// short, internal_error when extents differ. Cost: every voxel travels at most once, and one pass. Peak: 8 bytes per
/// column and a slab of `voxels_per_slab` voxels (at least one row of cells) twice.
electrode_interfaces find_interfaces(const domain& grid, const grey_volume& own, view3<const std::uint8_t> mask,
                                     const interface_levels& levels, double step,
                                     index_t voxels_per_slab = index_t{1} << 24);

}  // namespace tomosweep
