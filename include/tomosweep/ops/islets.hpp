#pragma once

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// The pieces that the phase of classes <= `phase` leaves of its complement in every layer across z: 4-connected in
/// the layer, of class_background and the classes above `phase`. A piece is cut when one of its voxels lies on the
/// volume's border in the layer or beside a voxel of class_outside. `own` holds the classes of the rank's own block.
///
/// Collective; the table of all layers on every rank. Bit-identical for any number of ranks and threads. Throws on
/// every rank: internal_error when `own` or `phase` do not fit, resource_error when memory is short. Method: every
/// layer is labelled whole on one rank. Cost: every voxel travels at most once, and one labelling. Peak: three times
/// `voxels_per_slab` bytes (at least a layer each).
piece_table measure_islets(const domain& grid, view3<const class_t> own, int phase,
                           index_t voxels_per_slab = index_t{1} << 24);

}  // namespace tomosweep
