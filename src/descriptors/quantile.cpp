#include "tomosweep/descriptors/quantile.hpp"

#include <cmath>
#include <numeric>

#include "tomosweep/core/error.hpp"
#include "tomosweep/descriptors/otsu.hpp"

namespace tomosweep {

double quantile(const grey_histogram& histogram, double share) {
    const std::int64_t all = std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0});
    if (all == 0)
        throw input_error("", "grey histogram", "no voxels", "a region that holds voxels");
    const double needed = std::max(1.0, share * static_cast<double>(all));
    std::int64_t seen = 0;
    std::size_t bin = 0, last = 0;
    for (; bin < histogram.counts.size(); ++bin) {
        seen += histogram.counts[bin];
        last = histogram.counts[bin] > 0 ? bin : last;
        if (static_cast<double>(seen) >= needed)
            break;
    }
    return histogram.grey(last);
}

std::array<double, 2> class_medians(const grey_histogram& histogram) {
    const double threshold = otsu(histogram);
    grey_histogram low = histogram, high = histogram;
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
        (histogram.grey(bin) <= threshold ? high : low).counts[bin] = 0;
    return {quantile(low, 0.5), quantile(high, 0.5)};
}

}  // namespace tomosweep
