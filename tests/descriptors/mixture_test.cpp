#include "tomosweep/descriptors/mixture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tomosweep/core/error.hpp"

namespace tomosweep::mixture_test {
namespace {

double normal(double grey, double mean, double sigma) {
    return std::exp(-0.5 * std::pow((grey - mean) / sigma, 2)) / (sigma * std::sqrt(2 * std::numbers::pi));
}

double density(const std::vector<grey_mode>& modes, double grey) {
    double sum = 0;
    for (const grey_mode& mode : modes)
        sum += mode.share * normal(grey, mode.mean, mode.sigma);
    return sum;
}

/// What a scan of 10^12 voxels with these modes would have, without chance.
grey_histogram expected(const std::vector<grey_mode>& modes, std::size_t bins, double first, double step) {
    grey_histogram histogram{first, step, std::vector<std::int64_t>(bins, 0)};
    for (std::size_t bin = 0; bin < bins; ++bin)
        histogram.counts[bin] = std::llround(1e12 * step * density(modes, histogram.grey(bin)));
    return histogram;
}

double log_likelihood(const grey_histogram& histogram, const std::vector<grey_mode>& modes) {
    double sum = 0, all = 0;
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
        if (histogram.counts[bin] > 0) {
            sum += static_cast<double>(histogram.counts[bin]) * std::log(density(modes, histogram.grey(bin)));
            all += static_cast<double>(histogram.counts[bin]);
        }
    return sum / all;
}

TEST(fit_mixture, finds_the_modes_that_made_the_histogram) {
    const std::vector<grey_mode> truth = {{0.15, 60, 9}, {0.6, 110, 12}, {0.25, 190, 15}};
    for (const double scale : {1.0, 16.0, 0.001}) {
        std::vector<grey_mode> scaled = truth;
        for (grey_mode& mode : scaled)
            mode = {mode.share, mode.mean * scale + 1000, mode.sigma * scale};
        const std::size_t bins = scale > 1 ? 65536 : 256;
        const double step = 256 * scale / static_cast<double>(bins);
        const mixture_fit fit = fit_mixture(expected(scaled, bins, 1000, step), 3);
        EXPECT_TRUE(fit.converged);
        ASSERT_EQ(fit.modes.size(), 3u);
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_NEAR(fit.modes[k].share, truth[k].share, 0.002);
            EXPECT_NEAR((fit.modes[k].mean - 1000) / scale, truth[k].mean, 0.2);
            EXPECT_NEAR(fit.modes[k].sigma / scale, truth[k].sigma, 0.2);
        }
    }
}

TEST(fit_mixture, no_step_away_from_the_fit_is_likelier) {
    // Not normal at all: two triangles and a plateau.
    grey_histogram histogram{0, 1, std::vector<std::int64_t>(256, 20)};
    for (int i = -30; i <= 30; ++i) {
        histogram.counts[static_cast<std::size_t>(60 + i)] += 100 * (30 - std::abs(i));
        histogram.counts[static_cast<std::size_t>(150 + i)] += 300 * (30 - std::abs(i));
    }
    const mixture_fit fit = fit_mixture(histogram, 2);
    const double best = log_likelihood(histogram, fit.modes);
    for (std::size_t k = 0; k < 2; ++k)
        for (const double step : {-0.5, 0.5}) {
            auto moved = fit.modes;
            moved[k].mean += step;
            EXPECT_LT(log_likelihood(histogram, moved), best);
            moved = fit.modes;
            moved[k].sigma += step;
            EXPECT_LT(log_likelihood(histogram, moved), best);
            moved = fit.modes;
            moved[0].share += 0.02 * step;
            moved[1].share -= 0.02 * step;
            EXPECT_LT(log_likelihood(histogram, moved), best);
        }
}

TEST(fit_mixture, two_grey_levels_are_two_modes_of_least_width) {
    grey_histogram histogram{0, 1, std::vector<std::int64_t>(256, 0)};
    histogram.counts[10] = 300;
    histogram.counts[200] = 700;
    const mixture_fit fit = fit_mixture(histogram, 2);
    EXPECT_TRUE(fit.converged);
    EXPECT_DOUBLE_EQ(fit.modes[0].share, 0.3);
    EXPECT_DOUBLE_EQ(fit.modes[0].mean, 10);
    EXPECT_DOUBLE_EQ(fit.modes[1].mean, 200);
    EXPECT_DOUBLE_EQ(fit.modes[1].sigma, 0.5);
}

TEST(fit_mixture, refuses_more_classes_than_grey_levels) {
    grey_histogram histogram{0, 1, {5, 0, 5}};
    EXPECT_THROW(fit_mixture(histogram, 3), input_error);
    EXPECT_THROW(fit_mixture(histogram, 1), input_error);
    EXPECT_THROW(fit_mixture(histogram, 7), input_error);
}

TEST(equal_posterior, is_half_way_between_equal_modes_and_nearer_to_the_rarer_one) {
    EXPECT_NEAR(equal_posterior({{{0.5, 40, 10}, {0.5, 100, 10}}, 1, true}).at(0), 70, 1e-9);
    // Equal widths: the level moves by sigma^2 / distance * log(share ratio).
    EXPECT_NEAR(equal_posterior({{{0.2, 40, 10}, {0.8, 100, 10}}, 1, true}).at(0), 70 - 100.0 / 60 * std::log(4.0),
                1e-9);
}

TEST(equal_posterior, refuses_a_mode_that_is_nowhere_the_likelier) {
    EXPECT_THROW(equal_posterior({{{0.99, 50, 20}, {0.01, 55, 20}}, 1, true}), input_error);
}

}  // namespace
}  // namespace tomosweep::mixture_test
