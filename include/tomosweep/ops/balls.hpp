#pragma once

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/grid/domain.hpp"
#include "tomosweep/kernels/ball_list.hpp"

namespace tomosweep {

/// The balls that local thickness needs, those whose centres lie in the rank's own block, and the largest squared
/// distance of the whole volume (0 when the phase is empty, unbounded_sq when there is no background).
struct found_balls {
    distance_sq_t max_distance_sq = 0;
    ball_list own;
};

/// Exact distances of the phase of classes <= `phase` (see squared_distance) and the centres among them (see
/// find_centres). The border of the volume and class_outside are unknown: they end no ball.
///
/// Collective. What the balls cover, and with which radius, is the same for any number of ranks and threads. Throws on
/// every rank: resource_error when distances may not fit or memory is short, internal_error when an argument does not
/// fit.
///
/// Where blocks are whole along z, distances are never held for all of it: they are computed for `layers_per_slab`
/// layers at a time (0: a sixteenth of the block, at least 32), from the plane distances of those layers and of as
/// many above and below as the distances reach. Peak, besides the balls: 2 bytes per voxel of the slab, 2 of the slab
/// with its reach, and twice as much when a distance is 256 voxels or more, for which everything is computed again.
/// Where blocks are cut along z: 2 (or 4) bytes per voxel of the block.
found_balls find_balls(const domain& grid, view3<const class_t> own, int phase, index_t layers_per_slab = 0);

}  // namespace tomosweep
