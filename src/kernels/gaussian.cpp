#include "tomosweep/kernels/gaussian.hpp"

#include <cmath>
#include <string>
#include <type_traits>

#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/smooth.hpp"

namespace tomosweep {
namespace {

template <class T>
T to_grey(double value) {
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(std::floor(value + 0.5));
    else
        return static_cast<T>(value);
}

}  // namespace

index_t gaussian_radius(double sigma) {
    constexpr double widest = 1e6;
    if (!(sigma >= 0 && sigma <= widest))
        throw input_error("", "gaussian_sigma", std::to_string(sigma), "a finite number of voxels, 0 or more");
    return static_cast<index_t>(4 * sigma + 0.5);
}

extent3 gaussian_halo(double sigma) {
    const index_t radius = gaussian_radius(sigma);
    return {radius, radius, radius};
}

std::vector<double> gaussian_weights(double sigma) {
    const index_t radius = gaussian_radius(sigma);
    if (radius == 0)
        return {1.0};
    std::vector<double> weights;
    double sum = 0;
    for (index_t x = -radius; x <= radius; ++x) {
        weights.push_back(std::exp(-0.5 / (sigma * sigma) * static_cast<double>(x * x)));
        sum += weights.back();
    }
    for (double& weight : weights)
        weight /= sum;
    return weights;
}

template <class T, class Result>
array3<Result> gaussian_filter(view3<const T> grey, const box3& grey_box, const box3& wanted,
                               const extent3& whole_extent, double sigma) {
    const extent3 halo = gaussian_halo(sigma);
    const box3 needed = grown(wanted, halo, whole(whole_extent));
    require(intersection(needed, grey_box) == needed, "the block holds the wanted box and its halo");
    array3<Result> result(wanted.extent());
    if (wanted.empty())
        return result;
    const window_map map = mirrored_window(wanted, halo, whole_extent, needed.lo);
    smooth_rows(grey.part({needed.lo - grey_box.lo, needed.hi - grey_box.lo}), map, wanted.extent(),
                gaussian_weights(sigma), [&](index_t z, index_t y, const double* row) {
                    Result* out = &result(z, y, 0);
                    for (index_t x = 0; x < wanted.extent().x; ++x)
                        out[x] = to_grey<Result>(row[x]);
                });
    return result;
}

template array3<std::uint8_t> gaussian_filter<std::uint8_t, std::uint8_t>(view3<const std::uint8_t>, const box3&,
                                                                          const box3&, const extent3&, double);
template array3<float> gaussian_filter<std::uint8_t, float>(view3<const std::uint8_t>, const box3&, const box3&,
                                                            const extent3&, double);
template array3<std::uint16_t> gaussian_filter<std::uint16_t, std::uint16_t>(view3<const std::uint16_t>, const box3&,
                                                                             const box3&, const extent3&, double);
template array3<float> gaussian_filter<std::uint16_t, float>(view3<const std::uint16_t>, const box3&, const box3&,
                                                             const extent3&, double);
template array3<std::int16_t> gaussian_filter<std::int16_t, std::int16_t>(view3<const std::int16_t>, const box3&,
                                                                          const box3&, const extent3&, double);
template array3<float> gaussian_filter<std::int16_t, float>(view3<const std::int16_t>, const box3&, const box3&,
                                                            const extent3&, double);
template array3<float> gaussian_filter<float, float>(view3<const float>, const box3&, const box3&, const extent3&,
                                                     double);

}  // namespace tomosweep
