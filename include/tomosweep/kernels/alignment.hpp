#pragma once

#include <array>
#include <cstdint>

#include "tomosweep/kernels/resample.hpp"

namespace tomosweep {

/// Unknowns of an alignment: shift and turn (z, y, x), then the gain and offset that turn moving grey into fixed grey.
inline constexpr std::size_t alignment_unknowns = 8;
using alignment_step = std::array<double, alignment_unknowns>;

/// A guess at how the moving volume lies to the fixed one, and what is compared. Grey levels count as multiples of
/// their standard deviation from their mean.
struct alignment_guess {
    rigid_transform transform;  ///< from the fixed to the moving volume, voxels
    double gain = 1, offset = 0;
    vector3 pivot{};  ///< of turns, in the moving volume
    double arm = 1;   ///< voxels that a turn of 1 moves: turns are counted in voxels, too
    double fixed_mean = 0, fixed_deviation = 1, moving_mean = 0, moving_deviation = 1;
    index_t stride = 1;  ///< only every so many voxels of the fixed volume, along each axis, are looked at
};

/// Sums over samples, as integers: terms are counted in units of 2^-20 and cut off at 2^17, so that up to 2^24 samples
/// cannot overflow and the order of summation does not matter.
struct alignment_sums {
    static constexpr std::size_t pairs = alignment_unknowns * (alignment_unknowns + 1) / 2;
    static constexpr double unit = 0x1p-20;
    static constexpr std::int64_t most_samples = std::int64_t{1} << 24;

    std::array<std::int64_t, pairs> normal{};              ///< products of slopes, row by row of the upper triangle
    std::array<std::int64_t, alignment_unknowns> right{};  ///< slope times what is left
    std::int64_t square = 0;                               ///< of what is left: fixed - gain moving - offset
    std::int64_t fixed = 0, fixed_square = 0, moving = 0, moving_square = 0, product = 0;
    std::int64_t samples = 0;  ///< in the regions of both
    std::int64_t offered = 0;  ///< in the region of the fixed volume

    alignment_sums& operator+=(const alignment_sums& other);
    /// Pearson's correlation of fixed and moving grey; 0 where one of them does not vary.
    double correlation() const;
    /// Root mean square of what is left, in standard deviations of the fixed grey.
    double residual() const;
};

/// Voxels of a volume of extent `whole` that align() may look at for the voxels of `box`.
box3 aligned_box(const box3& box, const rigid_transform& transform, const extent3& whole);

/// The sums over the samples in `fixed.box`; `moving` holds aligned_box() of it. Grey levels between voxels are cubic
/// along each axis (Keys 1981): linear interpolation smooths noise, most in the middle between two voxels, which draws
/// places to there. Up to three voxels at the borders of both volumes are left out, where smoothing has seen what is
/// not there. Local; OpenMP threads share the rows. The same integers for any division into boxes and any number of
/// threads. Cost: about 200 ns per sample and thread.
alignment_sums align(const grey_part& fixed, const grey_part& moving, const alignment_guess& guess);

/// What to add to the unknowns (turns in voxels of the guess's arm) so that, to first order, the squared rest is
/// smallest (Gauss-Newton). Only the unknowns that `free` names may change; those that the samples do not decide stay.
alignment_step best_step(const alignment_sums& sums, const std::array<bool, alignment_unknowns>& free);

}  // namespace tomosweep
