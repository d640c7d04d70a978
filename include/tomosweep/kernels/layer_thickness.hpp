#pragma once

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// Local thickness (Hildebrand & Rueegsegger 1997) within the layers across z, each taken by itself: the voxels of the
/// phase of classes <= `phase` by the squared radius of the largest disk of their layer that holds them, in voxels and
/// exact, as local_thickness() has it of balls; all in depth bin 0, ordered by radius. The layer's border and
/// class_outside are unknown, they end no disk; a layer without background has unbounded_sq in all of its phase.
///
/// Local. The same for any number of threads. Distances must fit their type: ny^2 + nx^2 < 2^31. Cost: that of
/// local_thickness(), a layer per thread; scratch of each 2 bytes per voxel of a layer (4 when a distance is 256 voxels
/// or more) and 2 to 5 per disk.
thickness_table thickness_in_layers(view3<const class_t> classes, int phase);

}  // namespace tomosweep
