#include "tomosweep/kernels/preprocess.hpp"

#include <utility>

#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/binning.hpp"
#include "tomosweep/kernels/gaussian.hpp"
#include "tomosweep/kernels/median.hpp"

namespace tomosweep {
namespace {

index3 scaled(const index3& index, index_t by) {
    return {index.z * by, index.y * by, index.x * by};
}

template <class T>
array3<T> filtered(array3<T> grey, const box3& read, const box3& target, const extent3& scan_extent,
                   const preprocess_spec& spec) {
    const box3 smoothing = grown(target, gaussian_halo(spec.gaussian_sigma), whole(scan_extent));
    if (spec.median_radius > 0)
        grey = median_filter<T>(grey.view(), read, smoothing, scan_extent, spec.median_radius);
    if (spec.gaussian_sigma > 0)
        grey = gaussian_filter<T>(grey.view(), smoothing, target, scan_extent, spec.gaussian_sigma);
    if (spec.binning > 1)
        grey = binned<T>(grey.view(), spec.binning);
    return grey;
}

}  // namespace

box3 source_box(const box3& region, const box3& wanted, index_t binning) {
    return {region.lo + scaled(wanted.lo, binning), region.lo + scaled(wanted.hi, binning)};
}

box3 preprocess_input(const extent3& scan_extent, const box3& region, const box3& wanted, const preprocess_spec& spec) {
    const extent3 halo = median_halo(spec.median_radius) + gaussian_halo(spec.gaussian_sigma);
    return grown(source_box(region, wanted, spec.binning), halo, whole(scan_extent));
}

grey_volume preprocessed(const box_reader& read, const extent3& scan_extent, const box3& region, const box3& wanted,
                         const preprocess_spec& spec) {
    require(spec.median_radius >= 0 && spec.binning >= 1, "pre-processing has a median radius >= 0 and binning >= 1");
    const box3 available = whole(binned_extent(region.extent(), spec.binning));
    require(wanted.empty() || intersection(wanted, available) == wanted, "the wanted box lies in the binned region");
    const box3 target = source_box(region, wanted, spec.binning);
    const box3 input = preprocess_input(scan_extent, region, wanted, spec);
    return std::visit(
        [&](auto&& grey) -> grey_volume {
            return filtered(std::forward<decltype(grey)>(grey), input, target, scan_extent, spec);
        },
        read(input));
}

}  // namespace tomosweep
