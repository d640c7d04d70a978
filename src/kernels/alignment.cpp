#include "tomosweep/kernels/alignment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// Grey level at a place and its slope per voxel along each axis.
struct grey_slope {
    double grey = 0;
    vector3 slope{};
};

std::int64_t counted(double term) {
    constexpr double most = 0x1p17;
    return static_cast<std::int64_t>(std::clamp(term, -most, most) / alignment_sums::unit);
}

double value(std::int64_t sum) {
    return static_cast<double>(sum) * alignment_sums::unit;
}

/// Slopes of gain * moving + offset over the unknowns.
alignment_step slopes_at(const vector3& p, const grey_slope& moving, double grey, const alignment_guess& guess) {
    vector3 slope{}, lever{};
    for (std::size_t i = 0; i < 3; ++i) {
        slope[i] = guess.gain * moving.slope[i] / guess.moving_deviation;
        lever[i] = (p[i] - guess.pivot[i]) / guess.arm;
    }
    return {slope[0],
            slope[1],
            slope[2],
            lever[1] * slope[2] - lever[2] * slope[1],
            lever[2] * slope[0] - lever[0] * slope[2],
            lever[0] * slope[1] - lever[1] * slope[0],
            grey,
            1};
}

void add_sample(const vector3& p, double fixed, const grey_slope& at, const alignment_guess& guess,
                alignment_sums& sums) {
    const double f = (fixed - guess.fixed_mean) / guess.fixed_deviation;
    const double m = (at.grey - guess.moving_mean) / guess.moving_deviation;
    const double rest = f - guess.gain * m - guess.offset;
    const alignment_step slopes = slopes_at(p, at, m, guess);
    std::size_t pair = 0;
    for (std::size_t i = 0; i < alignment_unknowns; ++i) {
        for (std::size_t j = i; j < alignment_unknowns; ++j)
            sums.normal[pair++] += counted(slopes[i] * slopes[j]);
        sums.right[i] += counted(slopes[i] * rest);
    }
    sums.square += counted(rest * rest);
    sums.fixed += counted(f);
    sums.fixed_square += counted(f * f);
    sums.moving += counted(m);
    sums.moving_square += counted(m * m);
    sums.product += counted(f * m);
    ++sums.samples;
}

/// Weights of the four voxels around a place between the second and the third, and of their slopes (Keys 1981).
struct cubic_weights {
    std::array<double, 4> grey, slope;

    explicit cubic_weights(double s)
        : grey{((2 - s) * s - 1) * s / 2, ((3 * s - 5) * s * s + 2) / 2, ((4 - 3 * s) * s + 1) * s / 2,
               (s - 1) * s * s / 2},
          slope{((4 - 3 * s) * s - 1) / 2, (9 * s - 10) * s / 2, ((8 - 9 * s) * s + 1) / 2, (3 * s - 2) * s / 2} {}
};

/// Places in the part of the four voxels along an axis; those beyond the volume are its outermost ones.
std::array<index_t, 4> four_around(index_t low, index_t voxels, index_t origin) {
    std::array<index_t, 4> places{};
    for (index_t i = 0; i < 4; ++i)
        places[static_cast<std::size_t>(i)] = std::clamp<index_t>(low - 1 + i, 0, voxels - 1) - origin;
    return places;
}

grey_slope interpolate_cubic(const grey_part& part, const grid_place& place) {
    const cubic_weights wz(place.share[0]), wy(place.share[1]), wx(place.share[2]);
    const auto zs = four_around(place.low.z, part.whole.z, part.box.lo.z);
    const auto ys = four_around(place.low.y, part.whole.y, part.box.lo.y);
    const auto xs = four_around(place.low.x, part.whole.x, part.box.lo.x);
    grey_slope sum;
    for (std::size_t z = 0; z < 4; ++z) {
        double plane = 0, slope_y = 0, slope_x = 0;
        for (std::size_t y = 0; y < 4; ++y) {
            const float* row = part.grey.row(zs[z], ys[y]);
            double line = 0, slope = 0;
            for (std::size_t x = 0; x < 4; ++x) {
                const double grey = row[xs[x]];
                line += wx.grey[x] * grey;
                slope += wx.slope[x] * grey;
            }
            plane += wy.grey[y] * line;
            slope_y += wy.slope[y] * line;
            slope_x += wy.grey[y] * slope;
        }
        sum.grey += wz.grey[z] * plane;
        sum.slope[0] += wz.slope[z] * plane;
        sum.slope[1] += wz.grey[z] * slope_y;
        sum.slope[2] += wz.grey[z] * slope_x;
    }
    return sum;
}

/// The first sample of an axis that is not below `low`: samples stand in the middle of every stride.
index_t first_sample(index_t low, index_t stride, index_t voxels) {
    const index_t phase = std::min(stride, voxels) / 2;
    return low <= phase ? phase : phase + (low - phase + stride - 1) / stride * stride;
}

/// The smoothing before an alignment mirrors what it sees at a volume's border. Thin volumes keep most of their layers.
extent3 margin_of(const extent3& volume) {
    constexpr index_t mirrored = 3, of_layers = 8;
    return {std::min(mirrored, volume.z / of_layers), std::min(mirrored, volume.y / of_layers),
            std::min(mirrored, volume.x / of_layers)};
}

void add_row(const grey_part& fixed, const grey_part& moving, const alignment_guess& guess, index3 voxel,
             alignment_sums& sums) {
    const extent3 margin = margin_of(fixed.whole), moving_margin = margin_of(moving.whole);
    const box3 inner{margin, fixed.whole - margin};
    for (; voxel.x < fixed.box.hi.x; voxel.x += guess.stride) {
        if (!inner.contains(voxel) || !fixed.counts(voxel))
            continue;
        ++sums.offered;
        const vector3 p = guess.transform({static_cast<double>(voxel.z) + 0.5, static_cast<double>(voxel.y) + 0.5,
                                           static_cast<double>(voxel.x) + 0.5});
        const grid_place place(p, moving.whole, moving_margin);
        if (place.inside && moving.counts(voxel_at(p)))
            add_sample(p, fixed.grey[voxel - fixed.box.lo], interpolate_cubic(moving, place), guess, sums);
    }
}

}  // namespace

alignment_sums& alignment_sums::operator+=(const alignment_sums& other) {
    std::ranges::transform(normal, other.normal, normal.begin(), std::plus<>());
    std::ranges::transform(right, other.right, right.begin(), std::plus<>());
    square += other.square;
    fixed += other.fixed;
    fixed_square += other.fixed_square;
    moving += other.moving;
    moving_square += other.moving_square;
    product += other.product;
    samples += other.samples;
    offered += other.offered;
    return *this;
}

double alignment_sums::correlation() const {
    const auto n = static_cast<double>(samples);
    const double f = value(fixed), m = value(moving);
    const double varied = (n * value(fixed_square) - f * f) * (n * value(moving_square) - m * m);
    return varied > 0 ? (n * value(product) - f * m) / std::sqrt(varied) : 0;
}

double alignment_sums::residual() const {
    return samples > 0 ? std::sqrt(value(square) / static_cast<double>(samples)) : 0;
}

box3 aligned_box(const box3& box, const rigid_transform& transform, const extent3& whole_extent) {
    return grown(mapped_box(box, transform, whole_extent), {1, 1, 1}, whole(whole_extent));
}

alignment_sums align(const grey_part& fixed, const grey_part& moving, const alignment_guess& guess) {
    const box3 needed = aligned_box(fixed.box, guess.transform, moving.whole);
    require(needed.empty() || intersection(needed, moving.box) == needed, "the moving part holds the aligned box");
    const index3 first{first_sample(fixed.box.lo.z, guess.stride, fixed.whole.z),
                       first_sample(fixed.box.lo.y, guess.stride, fixed.whole.y),
                       first_sample(fixed.box.lo.x, guess.stride, fixed.whole.x)};
    const auto rows = [&](index_t from, index_t end) {
        return from < end ? (end - from + guess.stride - 1) / guess.stride : 0;
    };
    const index_t layers = rows(first.z, fixed.box.hi.z), lines = rows(first.y, fixed.box.hi.y);
    alignment_sums all;
#pragma omp parallel
    {
        alignment_sums own;
#pragma omp for collapse(2) schedule(static) nowait
        for (index_t z = 0; z < layers; ++z)
            for (index_t y = 0; y < lines; ++y)
                add_row(fixed, moving, guess, {first.z + z * guess.stride, first.y + y * guess.stride, first.x}, own);
#pragma omp critical(add_alignment_sums)
        all += own;
    }
    return all;
}

alignment_step best_step(const alignment_sums& sums, const std::array<bool, alignment_unknowns>& free) {
    // L D L^T without pivoting: the matrix is a sum of squares. Unknowns without weight of their own stay where they
    // are.
    constexpr std::size_t n = alignment_unknowns;
    std::array<std::array<double, n>, n> m{};
    std::size_t pair = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i; j < n; ++j)
            m[i][j] = m[j][i] = value(sums.normal[pair++]);
    alignment_step step{};
    std::array<bool, n> solved = free;
    for (std::size_t i = 0; i < n; ++i)
        step[i] = value(sums.right[i]);
    std::array<double, n> weight{};
    for (std::size_t i = 0; i < n; ++i)
        weight[i] = m[i][i];
    for (std::size_t k = 0; k < n; ++k) {
        constexpr double too_little = 1e-9;
        solved[k] = solved[k] && m[k][k] > too_little * (weight[k] + 1);
        if (!solved[k])
            continue;
        for (std::size_t i = k + 1; i < n; ++i) {
            const double factor = m[i][k] / m[k][k];
            for (std::size_t j = k + 1; j < n; ++j)
                m[i][j] -= factor * m[k][j];
            step[i] -= factor * step[k];
        }
    }
    for (std::size_t k = n; k-- > 0;) {
        if (!solved[k]) {
            step[k] = 0;
            continue;
        }
        for (std::size_t j = k + 1; j < n; ++j)
            step[k] -= m[k][j] * step[j];
        step[k] /= m[k][k];
    }
    return step;
}

}  // namespace tomosweep
