// Question: what do filters, histogram and classification of an 8-bit scan cost?
// Last result, 512^3 cracks, one thread: histogram 0.07 s, classes 0.09 s (docs/performance.md, "What bounds each
// step"); filters have not been timed since.
#include "kernel_bench.hpp"
#include "tomosweep/kernels/binning.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/kernels/gaussian.hpp"
#include "tomosweep/kernels/histogram.hpp"
#include "tomosweep/kernels/median.hpp"

namespace tomosweep::bench {
namespace {

using bytes = array3<std::uint8_t>;

void gaussian(const grey_volume& scan) {
    const auto& grey = std::get<bytes>(scan);
    const box3 box = whole(grey.extent());
    const bytes smooth = gaussian_filter<std::uint8_t>(grey.view(), box, box, grey.extent(), 1.0);
    benchmark::DoNotOptimize(smooth.data());
}
void median(const grey_volume& scan) {
    const auto& grey = std::get<bytes>(scan);
    const box3 box = whole(grey.extent());
    const bytes smooth = median_filter<std::uint8_t>(grey.view(), box, box, grey.extent(), 1);
    benchmark::DoNotOptimize(smooth.data());
}
void binning(const grey_volume& scan) {
    const bytes coarse = binned<std::uint8_t>(std::get<bytes>(scan).view(), 2);
    benchmark::DoNotOptimize(coarse.data());
}
void histogram(const grey_volume& scan) {
    benchmark::DoNotOptimize(histogram_of(scan).counts.data());
}
void classes(const grey_volume& scan) {
    const auto result = classify(scan, {phase_side::below, {90, 100, 110}, 0});
    benchmark::DoNotOptimize(result.data());
}

bool for_every_edge() {
    const std::pair<const char*, void (*)(const grey_volume&)> works[] = {{"gaussian_sigma_1", gaussian},
                                                                          {"median_radius_1", median},
                                                                          {"binning_2", binning},
                                                                          {"histogram", histogram},
                                                                          {"classify_3", classes}};
    for (const index_t edge : edges)
        for (const auto& [name, work] : works)
            add<grey_volume>(
                name, "scan", edge, [=] { return cracked_grey(edge); }, work);
    return true;
}

const bool added = for_every_edge();

}  // namespace
}  // namespace tomosweep::bench
