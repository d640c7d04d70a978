#pragma once

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// Whether the width of islets is wanted besides their pieces.
enum class islet_widths : std::uint8_t { left_out, measured };

/// What the phase of classes <= `phase` leaves of its complement, class_background and the classes above `phase`, in
/// every layer across z: the 4-connected pieces, and the complement's voxels by their local thickness in the layer (see
/// thickness_in_layers). A piece is cut when one of its voxels lies on the volume's border in the layer or beside a
/// voxel of class_outside; no width ends at either. `own` holds the classes of the rank's own block.
///
/// Collective; the tables of all layers on every rank. Bit-identical for any number of ranks and threads. Throws on
/// every rank: internal_error when `own` or `phase` do not fit, resource_error when memory is short or, for widths,
/// squared distances do not fit (see require_distances_fit). Method: every layer is worked on whole on one rank. Cost:
/// every voxel travels at most once; one labelling, one local thickness. Peak: three times `voxels_per_slab` bytes (at
/// least a layer each), and for widths what thickness_in_layers() takes per thread; 0 stands for 16 million, or a layer
/// for every thread.
islet_tables measure_islets(const domain& grid, view3<const class_t> own, int phase, islet_widths widths,
                            index_t voxels_per_slab = 0);

}  // namespace tomosweep
