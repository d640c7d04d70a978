#include "coarse_volume.hpp"

#include <cmath>
#include <variant>

#include "tomosweep/ops/grey_statistics.hpp"

namespace tomosweep {
namespace {

constexpr double grey_steps = 0x1p20;

/// Sums of steps above the lowest grey level, and numbers of voxels, by cube.
struct cube_sums {
    array3<std::int64_t> grey, voxels;
};

template <class T>
cube_sums sums_over_cubes(const state_volume& state, const array3<T>& grey, const extent3& cubes, index_t binning,
                          const grey_limits& range) {
    cube_sums sums{array3<std::int64_t>(cubes, 0), array3<std::int64_t>(cubes, 0)};
    const double per_grey = range.high > range.low ? grey_steps / (range.high - range.low) : 0;
    const box3 own = intersection(state.grid.own(), {{}, {cubes.z * binning, cubes.y * binning, cubes.x * binning}});
    for (index_t z = own.lo.z; z < own.hi.z; ++z)
        for (index_t y = own.lo.y; y < own.hi.y; ++y)
            for (index_t x = own.lo.x; x < own.hi.x; ++x) {
                const index3 at = index3{z, y, x} - state.grid.own().lo;
                if (state.mask.data() != nullptr && state.mask[at] == 0)
                    continue;
                const index3 cube{z / binning, y / binning, x / binning};
                const double above = static_cast<double>(grey(at.z, at.y, at.x)) - range.low;
                sums.grey(cube.z, cube.y, cube.x) += static_cast<std::int64_t>(above * per_grey);
                ++sums.voxels(cube.z, cube.y, cube.x);
            }
    state.grid.ranks().sum(sums.grey.values());
    state.grid.ranks().sum(sums.voxels.values());
    return sums;
}

/// Mean and deviation of what counts; the mean goes where nothing counts.
void normalise(coarse_volume& volume) {
    double sum = 0, square = 0;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < volume.mask.values().size(); ++i)
        if (volume.mask.values()[i] != 0) {
            const double grey = volume.grey.values()[i];
            sum += grey;
            square += grey * grey;
            ++count;
        }
    const auto n = static_cast<double>(std::max<std::int64_t>(1, count));
    volume.mean = sum / n;
    const double variance = square / n - volume.mean * volume.mean;
    volume.deviation = variance > 0 ? std::sqrt(variance) : 1;
    for (std::size_t i = 0; i < volume.mask.values().size(); ++i)
        if (volume.mask.values()[i] == 0)
            volume.grey.values()[i] = static_cast<float>(volume.mean);
}

}  // namespace

coarse_volume coarsened(const state_volume& state, index_t binning) {
    const extent3& volume = state.grid.volume();
    const extent3 cubes{volume.z / binning, volume.y / binning, volume.x / binning};
    const grey_limits range = grey_range(state.grid, state.grey, state.mask);
    const cube_sums sums =
        std::visit([&](const auto& grey) { return sums_over_cubes(state, grey, cubes, binning, range); }, state.grey);
    coarse_volume coarse{array3<float>(cubes, 0.0F), array3<std::uint8_t>(cubes, 0)};
    const std::int64_t half = (binning * binning * binning + 1) / 2;
    for (std::size_t i = 0; i < sums.voxels.values().size(); ++i) {
        const std::int64_t voxels = sums.voxels.values()[i];
        if (voxels < half)
            continue;
        const double steps = static_cast<double>(sums.grey.values()[i]) / static_cast<double>(voxels);
        coarse.grey.values()[i] = static_cast<float>(range.low + steps / grey_steps * (range.high - range.low));
        coarse.mask.values()[i] = 1;
    }
    normalise(coarse);
    return coarse;
}

}  // namespace tomosweep
