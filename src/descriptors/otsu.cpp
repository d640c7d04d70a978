#include "tomosweep/descriptors/otsu.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr std::size_t most_groups = 1024;

/// Number of voxels and sum of their bin numbers, over all groups before the one of the same index.
struct cumulated {
    std::vector<double> weight{0.0};
    std::vector<double> sum{0.0};
    std::vector<std::size_t> last_bin;  ///< of every group

    std::size_t groups() const { return last_bin.size(); }

    /// What a class of the groups [begin, end) adds to the variance between classes, up to a constant.
    double merit(std::size_t begin, std::size_t end) const {
        const double voxels = weight[end] - weight[begin];
        const double bins = sum[end] - sum[begin];
        return voxels > 0 ? bins * bins / voxels : 0;
    }
};

/// The occupied bins: [first, last).
std::pair<std::size_t, std::size_t> occupied_range(const grey_histogram& histogram) {
    const auto& counts = histogram.counts;
    const auto occupied = [](std::int64_t count) { return count > 0; };
    const auto first = std::find_if(counts.begin(), counts.end(), occupied);
    const auto last = std::find_if(counts.rbegin(), counts.rend(), occupied).base();
    return {static_cast<std::size_t>(first - counts.begin()), static_cast<std::size_t>(last - counts.begin())};
}

std::size_t occupied_bins(const grey_histogram& histogram) {
    return static_cast<std::size_t>(
        std::count_if(histogram.counts.begin(), histogram.counts.end(), [](std::int64_t count) { return count > 0; }));
}

void check_levels(const grey_histogram& histogram, std::size_t needed) {
    const std::size_t found = occupied_bins(histogram);
    if (found < needed)
        throw input_error("", "grey histogram", std::to_string(found) + " occupied grey levels",
                          std::to_string(needed) + " or more for this threshold rule");
}

/// Running sums over the occupied bins, joined by equal numbers into at most `most` groups. Empty bins need no group: a
/// threshold inside a gap is as good as the occupied bin before it. Bin numbers count from the middle of the occupied
/// range, which keeps the sums small.
cumulated cumulate(const grey_histogram& histogram, std::size_t most) {
    const auto [first, last] = occupied_range(histogram);
    const std::size_t occupied = occupied_bins(histogram);
    const std::size_t size = (occupied + most - 1) / most;
    const double middle = static_cast<double>(first + last) / 2;
    cumulated result;
    double weight = 0;
    double sum = 0;
    std::size_t seen = 0;
    for (std::size_t bin = first; bin < last; ++bin) {
        const auto count = static_cast<double>(histogram.counts[bin]);
        weight += count;
        sum += count * (static_cast<double>(bin) - middle);
        seen += count > 0 ? 1 : 0;
        if (count > 0 && (seen % size == 0 || seen == occupied)) {
            result.weight.push_back(weight);
            result.sum.push_back(sum);
            result.last_bin.push_back(bin);
        }
    }
    return result;
}

/// One step of the dynamic programme: the best merit of the groups [0, end) in one class more than `best` stands for,
/// and where its last class begins.
void add_class(const cumulated& sums, std::vector<double>& best, std::vector<std::size_t>& begin_of_last) {
    const std::vector<double> fewer = best;
    for (std::size_t end = 1; end <= sums.groups(); ++end) {
        best[end] = -HUGE_VAL;
        for (std::size_t begin = 1; begin < end; ++begin) {
            const double merit = fewer[begin] + sums.merit(begin, end);
            if (merit > best[end]) {
                best[end] = merit;
                begin_of_last[end] = begin;
            }
        }
    }
}

}  // namespace

double otsu(const grey_histogram& histogram) {
    check_levels(histogram, 2);
    const cumulated sums = cumulate(histogram, histogram.counts.size());
    const std::size_t all = sums.groups();
    double largest = -1;
    std::size_t chosen = 0;
    for (std::size_t end = 1; end < all; ++end) {
        const double low = sums.weight[end];
        const double high = sums.weight[all] - low;
        const double apart = sums.sum[end] / low - (sums.sum[all] - sums.sum[end]) / high;
        const double between = low * high * apart * apart;
        if (between > largest) {
            largest = between;
            chosen = end;
        }
    }
    return histogram.grey(sums.last_bin[chosen - 1]);
}

std::vector<double> multi_otsu(const grey_histogram& histogram, int classes) {
    if (classes < 2 || classes > 6)
        throw input_error("", "classes of multi-Otsu", std::to_string(classes), "2 to 6");
    check_levels(histogram, static_cast<std::size_t>(classes));
    const cumulated sums = cumulate(histogram, most_groups);
    std::vector<double> best(sums.groups() + 1);
    for (std::size_t end = 0; end <= sums.groups(); ++end)
        best[end] = sums.merit(0, end);
    std::vector<std::vector<std::size_t>> begins;
    for (int k = 1; k < classes; ++k) {
        begins.emplace_back(sums.groups() + 1, 0);
        add_class(sums, best, begins.back());
    }
    std::vector<double> thresholds(begins.size());
    std::size_t end = sums.groups();
    for (std::size_t k = begins.size(); k-- > 0;) {
        end = begins[k][end];
        thresholds[k] = histogram.grey(sums.last_bin[end - 1]);
    }
    return thresholds;
}

double separability(const grey_histogram& histogram, std::span<const double> thresholds) {
    check_levels(histogram, 2);
    const auto [first, last] = occupied_range(histogram);
    const double origin = static_cast<double>(first + last) / 2;
    double weight = 0;
    double sum = 0;
    double squares = 0;
    double between = 0;
    for (std::size_t bin = first, k = 0; bin < last; ++k) {
        double class_weight = 0;
        double class_sum = 0;
        for (; bin < last && (k >= thresholds.size() || histogram.grey(bin) <= thresholds[k]); ++bin) {
            const auto count = static_cast<double>(histogram.counts[bin]);
            const double value = static_cast<double>(bin) - origin;
            class_weight += count;
            class_sum += count * value;
            squares += count * value * value;
        }
        weight += class_weight;
        sum += class_sum;
        between += class_weight > 0 ? class_sum * class_sum / class_weight : 0;
    }
    const double common = sum * sum / weight;
    return std::clamp((between - common) / (squares - common), 0.0, 1.0);
}

grey_histogram pooled(std::span<const grey_histogram> histograms) {
    if (histograms.empty())
        throw input_error("", "pooled histogram", "no histogram", "one or more");
    constexpr double most_bins = 65536;
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    double step = HUGE_VAL;
    std::size_t longest = 0;
    bool same_grid = true;
    for (const grey_histogram& one : histograms) {
        same_grid = same_grid && one.first == histograms[0].first && one.step == histograms[0].step;
        low = std::min(low, one.first - one.step / 2);
        high = std::max(high, one.first + (static_cast<double>(one.counts.size()) - 0.5) * one.step);
        step = std::min(step, one.step);
        longest = std::max(longest, one.counts.size());
    }
    if (!same_grid) {
        const double bins = std::min(most_bins, std::ceil((high - low) / step - 1e-9));
        step = std::max(step, (high - low) / bins);
        longest = static_cast<std::size_t>(bins);
    }
    grey_histogram sum{same_grid ? histograms[0].first : low + step / 2, step, std::vector<std::int64_t>(longest, 0)};
    for (const grey_histogram& one : histograms)
        for (std::size_t bin = 0; bin < one.counts.size(); ++bin) {
            const double place = same_grid ? static_cast<double>(bin) : std::floor((one.grey(bin) - low) / step);
            sum.counts[std::min(static_cast<std::size_t>(place), longest - 1)] += one.counts[bin];
        }
    return sum;
}

}  // namespace tomosweep
