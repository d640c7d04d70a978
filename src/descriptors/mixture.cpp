#include "tomosweep/descriptors/mixture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tomosweep/core/error.hpp"
#include "tomosweep/descriptors/otsu.hpp"

namespace tomosweep {
namespace {

constexpr std::size_t most_bins = 4096;
constexpr int most_iterations = 2000;
constexpr double least_growth = 1e-9;

/// Joins neighbouring bins until there are few enough.
grey_histogram joined(const grey_histogram& histogram) {
    const std::size_t size = (histogram.counts.size() + most_bins - 1) / most_bins;
    if (size <= 1)
        return histogram;
    const auto width = static_cast<double>(size);
    grey_histogram result{histogram.first + (width - 1) / 2 * histogram.step, histogram.step * width, {}};
    result.counts.resize((histogram.counts.size() + size - 1) / size);
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
        result.counts[bin / size] += histogram.counts[bin];
    return result;
}

/// Sums that one class collects: weight, grey and squared grey, the greys counted from an origin.
struct moments {
    double weight = 0;
    double sum = 0;
    double squares = 0;

    void add(double voxels, double grey) {
        weight += voxels;
        sum += voxels * grey;
        squares += voxels * grey * grey;
    }
    grey_mode mode(double all, double origin, double least_sigma) const {
        const double mean = weight > 0 ? sum / weight : 0;
        const double variance = weight > 0 ? squares / weight - mean * mean : 0;
        return {weight / all, origin + mean, std::max(std::sqrt(std::max(variance, 0.0)), least_sigma)};
    }
};

/// Share of the mode in the density at a grey level.
double density(const grey_mode& mode, double grey) {
    const double off = (grey - mode.mean) / mode.sigma;
    return mode.share / (mode.sigma * std::sqrt(2 * std::numbers::pi)) * std::exp(-0.5 * off * off);
}

class expectation_maximisation {
public:
    expectation_maximisation(const grey_histogram& histogram, int classes) : histogram_(histogram) {
        const std::vector<double> thresholds = multi_otsu(histogram, classes);
        std::vector<moments> sums(static_cast<std::size_t>(classes));
        origin_ = thresholds.front();
        for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
            const auto above = std::ranges::lower_bound(thresholds, histogram.grey(bin)) - thresholds.begin();
            const auto voxels = static_cast<double>(histogram.counts[bin]);
            sums[static_cast<std::size_t>(above)].add(voxels, histogram.grey(bin) - origin_);
            all_ += voxels;
        }
        take(sums);
    }

    /// One step; yields the mean log-likelihood of a voxel before it.
    double improve() {
        std::vector<moments> sums(modes_.size());
        std::vector<double> parts(modes_.size());
        double likelihood = 0;
        for (std::size_t bin = 0; bin < histogram_.counts.size(); ++bin) {
            if (histogram_.counts[bin] == 0)
                continue;
            const auto voxels = static_cast<double>(histogram_.counts[bin]);
            const double grey = histogram_.grey(bin);
            double total = 0;
            for (std::size_t k = 0; k < modes_.size(); ++k)
                total += parts[k] = density(modes_[k], grey);
            if (total <= 0)  // too far from every mode for a double
                parts[nearest(grey)] = total = 1e-300;
            for (std::size_t k = 0; k < modes_.size(); ++k)
                sums[k].add(voxels * parts[k] / total, grey - origin_);
            likelihood += voxels / all_ * std::log(total);
        }
        take(sums);
        return likelihood;
    }

    std::vector<grey_mode> modes() const {
        std::vector<grey_mode> ordered = modes_;
        std::ranges::stable_sort(ordered, {}, &grey_mode::mean);
        return ordered;
    }

private:
    void take(const std::vector<moments>& sums) {
        modes_.clear();
        for (const moments& each : sums)
            modes_.push_back(each.mode(all_, origin_, histogram_.step / 2));
    }
    std::size_t nearest(double grey) const {
        const auto off = [grey](const grey_mode& mode) { return std::abs(grey - mode.mean) / mode.sigma; };
        return static_cast<std::size_t>(std::ranges::min_element(modes_, {}, off) - modes_.begin());
    }

    const grey_histogram& histogram_;
    double origin_ = 0;  ///< near the greys, so that squares lose no digits
    double all_ = 0;
    std::vector<grey_mode> modes_;
};

/// Level between the means of `a` and `b` where their densities are equal; NaN when there is none.
double crossing(const grey_mode& a, const grey_mode& b) {
    // log density is a parabola: the difference of two changes its sign once between the means, or nowhere.
    const auto lead = [&](double grey) {
        const double off_a = (grey - a.mean) / a.sigma, off_b = (grey - b.mean) / b.sigma;
        return std::log(a.share / a.sigma) - 0.5 * off_a * off_a - std::log(b.share / b.sigma) + 0.5 * off_b * off_b;
    };
    double low = a.mean, high = b.mean;
    if (!(lead(low) > 0 && lead(high) < 0))
        return std::nan("");
    for (int i = 0; i < 200 && low < high; ++i) {
        const double middle = low + (high - low) / 2;
        (lead(middle) > 0 ? low : high) = middle;
    }
    return low;
}

}  // namespace

mixture_fit fit_mixture(const grey_histogram& histogram, int classes) {
    const grey_histogram bins = joined(histogram);
    expectation_maximisation search(bins, classes);
    mixture_fit fit;
    for (double last = -HUGE_VAL; !fit.converged && fit.iterations < most_iterations; ++fit.iterations) {
        const double likelihood = search.improve();
        fit.converged = likelihood - last < least_growth;
        last = likelihood;
    }
    fit.modes = search.modes();
    return fit;
}

std::vector<double> equal_posterior(const mixture_fit& fit) {
    std::vector<double> levels;
    for (std::size_t k = 0; k + 1 < fit.modes.size(); ++k) {
        const grey_mode &a = fit.modes[k], &b = fit.modes[k + 1];
        levels.push_back(crossing(a, b));
        if (std::isnan(levels.back()))
            throw input_error(
                "", "Gaussian mixture",
                fmt::format("no grey level between the means {:.6g} and {:.6g} where the modes are equally likely",
                            a.mean, b.mean),
                "fewer classes, or another threshold rule");
    }
    return levels;
}

std::string description(const mixture_fit& fit) {
    std::string text = fmt::format("{} modes, {} iterations, {}:", fit.modes.size(), fit.iterations,
                                   fit.converged ? "converged" : "not converged");
    for (const grey_mode& mode : fit.modes)
        text += fmt::format("{} {:.4f} at {:.6g} +- {:.4g}", &mode == &fit.modes.front() ? "" : ",", mode.share,
                            mode.mean, mode.sigma);
    return text;
}

}  // namespace tomosweep
