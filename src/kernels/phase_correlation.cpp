#include "tomosweep/kernels/phase_correlation.hpp"

#include <fftw3.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

namespace tomosweep {
namespace {

/// Doubles in place of which their transform can stand: rows have room for one more complex number.
using spectrum = array3<double>;

enum class direction : std::uint8_t { forward, backward };

void transform(spectrum& values, const extent3& extent, direction way) {
    auto* complex = reinterpret_cast<fftw_complex*>(values.data());
    const int n[] = {static_cast<int>(extent.z), static_cast<int>(extent.y), static_cast<int>(extent.x)};
    // Estimated plans are chosen without timing, hence always the same ones.
    fftw_plan plan = way == direction::forward ? fftw_plan_dft_r2c(3, n, values.data(), complex, FFTW_ESTIMATE)
                                               : fftw_plan_dft_c2r(3, n, complex, values.data(), FFTW_ESTIMATE);
    fftw_execute(plan);
    fftw_destroy_plan(plan);
}

/// 1 inside, falling to 0 over an eighth of the extent at both ends.
std::vector<double> fading(index_t voxels) {
    std::vector<double> weights;
    for (index_t i = 0; i < voxels; ++i) {
        const double from_end =
            (static_cast<double>(std::min(i, voxels - 1 - i)) + 0.5) / (static_cast<double>(voxels) / 8);
        weights.push_back(from_end < 1 ? (1 - std::cos(std::numbers::pi * from_end)) / 2 : 1);
    }
    return weights;
}

double mean_of(view3<const float> grey) {
    double sum = 0;
    for (index_t z = 0; z < grey.extent().z; ++z)
        for (index_t y = 0; y < grey.extent().y; ++y)
            for (index_t x = 0; x < grey.extent().x; ++x)
                sum += static_cast<double>(grey(z, y, x));
    return grey.voxels() > 0 ? sum / static_cast<double>(grey.voxels()) : 0;
}

spectrum spectrum_of(view3<const float> grey, const extent3& extent) {
    spectrum values({extent.z, extent.y, 2 * (extent.x / 2 + 1)}, 0.0);
    const double mean = mean_of(grey);
    const auto along_z = fading(grey.extent().z), along_y = fading(grey.extent().y), along_x = fading(grey.extent().x);
    for (index_t z = 0; z < grey.extent().z; ++z)
        for (index_t y = 0; y < grey.extent().y; ++y)
            for (index_t x = 0; x < grey.extent().x; ++x)
                values(z, y, x) = (static_cast<double>(grey(z, y, x)) - mean) * along_z[static_cast<std::size_t>(z)] *
                                  along_y[static_cast<std::size_t>(y)] * along_x[static_cast<std::size_t>(x)];
    transform(values, extent, direction::forward);
    return values;
}

/// What a Gaussian of one voxel leaves of the frequency `i` out of `n`.
double damping(index_t i, index_t n) {
    const double frequency = static_cast<double>(std::min(i, n - i)) / static_cast<double>(n);
    return std::exp(-2 * std::numbers::pi * std::numbers::pi * frequency * frequency);
}

/// Replaces `moving` by the phase correlation with `fixed`.
void correlate(const spectrum& fixed, spectrum& moving, const extent3& extent) {
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y) {
            const auto* f = reinterpret_cast<const std::complex<double>*>(&fixed(z, y, 0));
            auto* m = reinterpret_cast<std::complex<double>*>(&moving(z, y, 0));
            const double damped = damping(z, extent.z) * damping(y, extent.y);
            for (index_t x = 0; x <= extent.x / 2; ++x) {
                const std::complex<double> product = std::conj(f[x]) * m[x];
                const double size = std::abs(product);
                m[x] = size > 0 ? product * (damped * damping(x, extent.x) / size) : 0;
            }
        }
    transform(moving, extent, direction::backward);
}

bool is_peak(const spectrum& values, const extent3& extent, const index3& at) {
    const double own = values(at.z, at.y, at.x);
    for (index_t z = -1; z <= 1; ++z)
        for (index_t y = -1; y <= 1; ++y)
            for (index_t x = -1; x <= 1; ++x)
                if (values((at.z + z + extent.z) % extent.z, (at.y + y + extent.y) % extent.y,
                           (at.x + x + extent.x) % extent.x) > own)
                    return false;
    return true;
}

std::vector<index3> peaks_of(const spectrum& values, const extent3& extent, std::size_t most) {
    std::vector<std::pair<double, index_t>> peaks;
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x)
                if (values(z, y, x) > 0 && is_peak(values, extent, {z, y, x}))
                    peaks.emplace_back(-values(z, y, x), linear_index({z, y, x}, extent));
    std::ranges::sort(peaks);
    peaks.resize(std::min(peaks.size(), most));
    std::vector<index3> places;
    for (const auto& [height, index] : peaks)
        places.push_back({index / (extent.y * extent.x), index / extent.x % extent.y, index % extent.x});
    return places;
}

/// Shifts along one axis that look alike to a transform over `n` voxels.
std::vector<index_t> alike(index_t shift, index_t n) {
    return shift == 0 ? std::vector<index_t>{0} : std::vector<index_t>{shift, shift - n};
}

}  // namespace

std::vector<index3> likely_shifts(view3<const float> fixed, view3<const float> moving, std::size_t most) {
    const extent3 a = fixed.extent(), b = moving.extent();
    const extent3 extent{std::max(a.z, b.z), std::max(a.y, b.y), std::max(a.x, b.x)};
    spectrum correlation = spectrum_of(moving, extent);
    correlate(spectrum_of(fixed, extent), correlation, extent);
    std::vector<index3> shifts;
    for (const index3& peak : peaks_of(correlation, extent, most))
        for (const index_t z : alike(peak.z, extent.z))
            for (const index_t y : alike(peak.y, extent.y))
                for (const index_t x : alike(peak.x, extent.x))
                    shifts.push_back({z, y, x});
    return shifts;
}

}  // namespace tomosweep
