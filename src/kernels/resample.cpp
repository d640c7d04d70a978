#include "tomosweep/kernels/resample.hpp"

#include <limits>

#include "tomosweep/core/error.hpp"

namespace tomosweep {

box3 mapped_box(const box3& box, const rigid_transform& transform, const extent3& whole) {
    if (box.empty())
        return {};
    constexpr double far = std::numeric_limits<double>::infinity();
    vector3 low{far, far, far}, high{-far, -far, -far};
    for (int corner = 0; corner < 8; ++corner) {
        const vector3 p = transform({static_cast<double>((corner & 4) != 0 ? box.hi.z : box.lo.z),
                                     static_cast<double>((corner & 2) != 0 ? box.hi.y : box.lo.y),
                                     static_cast<double>((corner & 1) != 0 ? box.hi.x : box.lo.x)});
        for (std::size_t i = 0; i < 3; ++i) {
            low[i] = std::min(low[i], p[i]);
            high[i] = std::max(high[i], p[i]);
        }
    }
    // One voxel more than the corners of voxels reach, for the neighbours between which is interpolated.
    const auto before = [](double p, index_t n) {
        return static_cast<index_t>(std::clamp(std::floor(p) - 1, 0.0, static_cast<double>(n)));
    };
    const auto behind = [](double p, index_t n) {
        return static_cast<index_t>(std::clamp(std::ceil(p) + 1, 0.0, static_cast<double>(n)));
    };
    const box3 mapped{{before(low[0], whole.z), before(low[1], whole.y), before(low[2], whole.x)},
                      {behind(high[0], whole.z), behind(high[1], whole.y), behind(high[2], whole.x)}};
    return mapped.empty() ? box3{} : mapped;
}

resampled_grey resample(const grey_part& fixed, const grey_part& moving, const rigid_transform& transform) {
    const box3& box = fixed.box;
    const box3 needed = mapped_box(box, transform, moving.whole);
    require(needed.empty() || intersection(needed, moving.box) == needed, "the moving part holds the mapped box");
    resampled_grey result{array3<float>(box.extent(), 0.0F), array3<std::uint8_t>(box.extent(), 0)};
    const extent3 extent = box.extent();
#pragma omp parallel for collapse(2) schedule(static)
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y)
            for (index_t x = 0; x < extent.x; ++x) {
                const index3 voxel = box.lo + index3{z, y, x};
                if (!fixed.counts(voxel))
                    continue;
                const vector3 p = transform({static_cast<double>(voxel.z) + 0.5, static_cast<double>(voxel.y) + 0.5,
                                             static_cast<double>(voxel.x) + 0.5});
                const grid_place place(p, moving.whole);
                if (!place.inside || !moving.counts(voxel_at(p)))
                    continue;
                result.grey(z, y, x) = static_cast<float>(interpolate(moving, place));
                result.known(z, y, x) = 1;
            }
    return result;
}

}  // namespace tomosweep
