#pragma once

#include "tomosweep/core/grey.hpp"
#include "tomosweep/core/rigid.hpp"
#include "tomosweep/grid/domain.hpp"
#include "tomosweep/kernels/resample.hpp"
#include "tomosweep/ops/registration_kind.hpp"

namespace tomosweep {

/// One state, shared by the ranks of `grid`: grey levels of the rank's own block and its region's mask; a mask that is
/// a view of nothing keeps every voxel.
struct state_volume {
    const domain& grid;
    const grey_volume& grey;
    view3<const std::uint8_t> mask;
};

/// How the moving state lies to the fixed one. Correlations are Pearson's over samples in both regions, of grey levels
/// smoothed by a Gaussian of one voxel.
struct registration {
    rigid_transform transform;      ///< from the fixed to the moving volume, in voxels from their corners
    double correlation_before = 0;  ///< where the scans' own coordinates put the moving volume
    double correlation = 0;         ///< at `transform`
    double overlap = 0;             ///< share of the fixed region that lies in the moving one
    double residual_grey = 0;       ///< root mean square of fixed - gain moving - offset, fixed grey levels
    double last_move = 0;           ///< voxels, of the last step
    std::int64_t samples = 0;
    int steps = 0;
    bool converged = false;  ///< the last step was shorter than a thousandth of a voxel, or none made the rest smaller
};

/// How much of the volumes is looked at: more costs time and, for the cubes, memory on every rank.
struct registration_effort {
    index_t most_cubes = index_t{1} << 21;  ///< of the binned volumes
    index_t most_samples = index_t{1} << 21;
};

/// Largest step, in voxels, that ends a registration.
inline constexpr double registration_tolerance = 1e-3;

/// Finds the transform that brings the moving state onto the fixed one, both of the same voxel size. `before` is where
/// the scans' own coordinates put it, and the result for registration_kind::none.
///
/// Phase correlation of both volumes, binned to 2^21 voxels or fewer, gives shifts; of these and `before` the one
/// counts at which the binned volumes correlate best. From there Gauss-Newton steps lower the squared difference of the
/// grey levels, with gain and offset between the two scales of grey: on the binned volumes first, then on up to 2^21
/// samples of the full ones, cubic between voxels. Both are smoothed by a Gaussian of one voxel, without which
/// interpolation would smooth the noise of one of them and draw shifts to half voxels. Finds turns of a few degrees.
///
/// Collective over the ranks, the same for both grids. All sums are integers: bit-identical for any number of ranks and
/// threads. Throws resource_error on every rank when memory is short on any.
/// Peak: 4 bytes per voxel of the own block, 4 and twice the grey levels themselves per voxel of the moving box that it
/// maps to, and 80 MB on every rank.
registration register_state(const state_volume& fixed, const state_volume& moving, registration_kind kind,
                            const rigid_transform& before, const registration_effort& effort = {});

/// The moving state on the voxels of the fixed one: see resample(). Collective. Peak: the result (5 bytes per voxel)
/// and per voxel of the mapped box 4 bytes and the grey levels themselves.
resampled_grey resample_state(const state_volume& fixed, const state_volume& moving, const rigid_transform& transform);

}  // namespace tomosweep
