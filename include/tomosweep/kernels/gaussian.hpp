#pragma once

#include <vector>

#include "tomosweep/core/array.hpp"

namespace tomosweep {

/// Half the window of a Gaussian: 4 sigma, rounded to the nearest voxel. Throws input_error unless sigma is finite and
/// >= 0.
index_t gaussian_radius(double sigma);

/// Layers of neighbours that gaussian_filter() needs on every side.
extent3 gaussian_halo(double sigma);

/// The 2 gaussian_radius(sigma) + 1 samples of exp(-x^2 / (2 sigma^2)), scaled to sum 1; {1} for sigma 0.
std::vector<double> gaussian_weights(double sigma);

/// Gaussian of standard deviation `sigma` voxels over the box `wanted` of a volume of extent `whole_extent`; summed in
/// double, rounded to the nearest grey level (half up) where the result is of an integer type. `grey` holds the voxels
/// of `grey_box`, which must hold `wanted` grown by gaussian_halo(sigma) and cut to the volume. The volume's border is
/// mirrored, and so is the result of scipy.ndimage.gaussian_filter on doubles. The same bits for any split into boxes.
/// Local. Throws internal_error when `grey_box` is too small. Cost: 6 radius + 3 multiplications per voxel. Peak: the
/// result and a plane of doubles per thread. T: uint8, uint16, int16, float; Result: the same, or float.
template <class T, class Result = T>
array3<Result> gaussian_filter(view3<const T> grey, const box3& grey_box, const box3& wanted,
                               const extent3& whole_extent, double sigma);

}  // namespace tomosweep
