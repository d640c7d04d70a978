#pragma once

#include <functional>
#include <optional>
#include <span>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/kernels/centres.hpp"
#include "tomosweep/kernels/known_thickness.hpp"

namespace tomosweep {

/// Voxels of one row that get their local thickness at once: bit i of `voxels` is the voxel (z, y, x + i), relative to
/// the block.
struct painted_run {
    std::uint64_t voxels = 0;
    index_t z = 0;
    index_t y = 0;
    index_t x = 0;  ///< a multiple of 64
    distance_sq_t radius_sq = 0;
};

/// Takes painted runs in portions; called by one thread at a time.
using run_sink = std::function<void(std::span<const painted_run>)>;

/// Local thickness of a block (Hildebrand & Rueegsegger 1997): every voxel p of the phase gets
///     max of radius_sq over the balls with |p - centre|^2 < radius_sq,
/// and at least 1, and is handed over exactly once. `own` are the balls of find_centres() for this block, `others`
/// those of other blocks that reach into it, in any order. `box` is the block's place in the whole volume. `make_sink`
/// is called once per thread, never by two at a time; a voxel's class may be written over once it is handed over. Which
/// thread paints which voxel is not determined, so sinks have to gather what does not depend on order: maps and integer
/// sums. Balls of radius unbounded_sq cover everything. Of a ball only its part is sure to be painted. Local.
///
/// Method: balls by falling radius over a bitmap of the voxels not yet painted, 64 voxels and many rows per operation.
/// The block is worked on in slabs along z. Scratch: 1/8 byte per voxel of the slabs in work and 20 bytes per ball
/// that reaches them, and nothing per voxel of the block.
void paint_thickness(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                     std::span<const ball> others, const std::function<run_sink()>& make_sink);

/// Squared radii of phase voxels that lie side by side in a row; the first is (z, y, x), relative to the block.
struct row_radii {
    index_t z = 0;
    index_t y = 0;
    index_t x = 0;
    std::span<const short_distance_sq_t> radii_sq;
};

/// Takes the voxels of a row; called by one thread at a time.
using radii_sink = std::function<void(const row_radii&)>;

/// Local thickness of the phases of a chain, one after the other, each larger than the one before. `known` holds the
/// thickness of the phase before, nothing before the first, and afterwards that of this one. `own` and `others` need
/// only be balls that the phase before does not have with the same radius: what the other ones cover is as thick
/// already, and thickness never falls when a phase grows. Every voxel is handed over exactly once, and its class may be
/// written over from then on. No radius may be too far for 16 bits. Local. Scratch: besides that of paint_thickness, 2
/// bytes per voxel of the slabs in work.
void repaint_thickness(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                       std::span<const ball> others, known_thickness& known,
                       const std::function<radii_sink()>& make_sink);

/// The same as paint_thickness, written to `thickness`, whose type holds all radii; voxels outside the phase stay as
/// they are. Local.
template <distance_value Distance>
void paint_thickness_map(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                         std::span<const ball> others, view3<Distance> thickness);

/// A class volume to paint what a resolution limit keeps into: class_outside where `classes` has it, else
/// class_background. Local.
array3<class_t> nothing_kept(view3<const class_t> classes);

/// Local thickness of a volume that is one block: squared radius of the largest covering ball, 0 outside the phase,
/// unbounded_sq in all of the phase when there is no background. Local; peak 4 bytes per voxel and
/// 5 per ball.
array3<distance_sq_t> local_thickness(view3<const class_t> classes, int phase);

/// The same in half the memory; nothing when a distance of the volume is 256 voxels or more. Local.
std::optional<array3<short_distance_sq_t>> short_local_thickness(view3<const class_t> classes, int phase);

}  // namespace tomosweep
