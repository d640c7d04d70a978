#include "tomosweep/descriptors/otsu.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>
#include <random>

#include "support/witness.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::otsu_test {
namespace {

/// Image of a few normally distributed grey levels, and its histogram.
std::vector<std::uint8_t> image_of(std::initializer_list<std::pair<double, double>> modes, int each,
                                   std::uint64_t seed) {
    std::mt19937_64 bits(seed);
    std::vector<std::uint8_t> image;
    for (const auto& [mean, sigma] : modes) {
        std::normal_distribution<double> normal(mean, sigma);
        for (int i = 0; i < each; ++i)
            image.push_back(static_cast<std::uint8_t>(std::clamp(std::round(normal(bits)), 0.0, 255.0)));
        each = each * 2 / 3;
    }
    return image;
}

grey_histogram histogram(const std::vector<std::uint8_t>& image) {
    grey_histogram counted{0, 1, std::vector<std::int64_t>(256, 0)};
    for (const std::uint8_t level : image)
        ++counted.counts[level];
    return counted;
}

std::vector<std::vector<std::uint8_t>> images() {
    return {image_of({{60, 12}, {150, 15}}, 4000, 1),
            image_of({{60, 12}, {150, 15}, {220, 8}}, 3000, 2),
            image_of({{30, 5}, {80, 8}, {130, 10}, {190, 6}}, 5000, 3),
            image_of({{100, 30}}, 6000, 4),
            {10, 10, 200, 200, 200},
            {0, 255}};
}

/// Variance between classes, over total variance, from the definition.
double twin_separability(const std::vector<std::uint8_t>& image, const std::vector<double>& thresholds) {
    std::vector<double> sums(thresholds.size() + 1), counts(thresholds.size() + 1);
    const double mean = std::accumulate(image.begin(), image.end(), 0.0) / static_cast<double>(image.size());
    double total = 0;
    for (const double level : image) {
        std::size_t k = 0;
        while (k < thresholds.size() && level > thresholds[k])
            ++k;
        sums[k] += level;
        ++counts[k];
        total += (level - mean) * (level - mean);
    }
    double between = 0;
    for (std::size_t k = 0; k < sums.size(); ++k)
        between += counts[k] > 0 ? counts[k] * std::pow(sums[k] / counts[k] - mean, 2) : 0;
    return between / total;
}

/// Best separability of any set of thresholds, tried one by one.
double best_of_all(const std::vector<std::uint8_t>& image, std::vector<double> thresholds, std::size_t next) {
    if (next == thresholds.size())
        return twin_separability(image, thresholds);
    double best = 0;
    for (double t = next == 0 ? 0 : thresholds[next - 1] + 1; t < 32; ++t) {
        thresholds[next] = t;
        best = std::max(best, best_of_all(image, thresholds, next + 1));
    }
    return best;
}

TEST(otsu, scikit_image_agrees) {
    const test::scratch_folder folder;
    std::ofstream list(folder.file("cases.txt"));
    const auto inputs = images();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::string name = "image" + std::to_string(i);
        test::write_raw<std::uint8_t>(folder.file(name + ".raw"), inputs[i]);
        list << name << " 2 " << otsu(histogram(inputs[i])) << '\n';
        for (int classes = 3; classes <= 4 && i < 4; ++classes) {
            list << name << ' ' << classes;
            for (const double t : multi_otsu(histogram(inputs[i]), classes))
                list << ' ' << t;
            list << '\n';
        }
    }
    list.close();
    const auto said = test::ask_witness(TOMOSWEEP_PYTHON, TOMOSWEEP_WITNESS, "'" + folder.path() + "'");
    if (said == test::verdict::absent)
        GTEST_SKIP() << "scikit-image is not installed";
    EXPECT_EQ(said, test::verdict::agrees);
}

TEST(otsu, parts_published_scans_where_their_notes_say) {
    const test::scratch_folder folder;
    if (!std::filesystem::exists(TOMOSWEEP_REAL_DATA))
        GTEST_SKIP() << "the real scans are not here: " TOMOSWEEP_REAL_DATA;
    const auto said = test::ask_witness(TOMOSWEEP_PYTHON, TOMOSWEEP_REAL_HISTOGRAMS,
                                        "'" TOMOSWEEP_REAL_DATA "' '" + folder.path() + "'");
    if (said == test::verdict::absent)
        GTEST_SKIP() << "scikit-image is not installed";
    ASSERT_EQ(said, test::verdict::agrees);
    for (const auto& [name, threshold] : {std::pair{"cement", 75}, {"fibreform", 108}, {"ilastik", 120}}) {
        std::ifstream file(folder.file(std::string(name) + ".txt"));
        const grey_histogram counted{0, 1, {std::istream_iterator<std::int64_t>(file), {}}};
        EXPECT_EQ(otsu(counted), threshold) << name;
    }
}

TEST(multi_otsu, with_two_classes_is_otsu) {
    for (const auto& image : images())
        EXPECT_EQ(multi_otsu(histogram(image), 2), std::vector<double>{otsu(histogram(image))});
}

TEST(multi_otsu, finds_the_best_of_all_thresholds) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const auto image = image_of({{5, 2}, {14, 3}, {25, 2}}, 60, seed);
        for (const int classes : {2, 3, 4}) {
            const auto thresholds = multi_otsu(histogram(image), classes);
            EXPECT_NEAR(separability(histogram(image), thresholds),
                        best_of_all(image, std::vector<double>(static_cast<std::size_t>(classes - 1)), 0), 1e-12)
                << "seed " << seed;
        }
    }
}

TEST(multi_otsu, parts_as_many_levels_as_classes_into_single_levels) {
    grey_histogram wide{-32768, 1, std::vector<std::int64_t>(65536, 0)};
    wide.counts[0] = wide.counts[1] = wide.counts[40000] = wide.counts[65535] = 5;
    EXPECT_EQ(multi_otsu(wide, 4), (std::vector<double>{-32768, -32767, 7232}));
    EXPECT_DOUBLE_EQ(separability(wide, multi_otsu(wide, 4)), 1);
    EXPECT_THROW(multi_otsu(wide, 5), input_error);
}

TEST(multi_otsu, of_16_bit_levels_comes_close_to_the_exact_threshold) {
    grey_histogram wide{0, 1, std::vector<std::int64_t>(65536, 0)};
    for (std::size_t bin = 0; bin < wide.counts.size(); ++bin) {
        const auto hill = [&](double mean, double sigma) {
            return std::exp(-std::pow((static_cast<double>(bin) - mean) / sigma, 2));
        };
        wide.counts[bin] = static_cast<std::int64_t>(1e4 * (hill(20000, 4000) + hill(45000, 6000)));
    }
    EXPECT_NEAR(multi_otsu(wide, 2)[0], otsu(wide), 64);
}

TEST(otsu, refuses_histograms_without_two_levels) {
    grey_histogram flat{0, 1, std::vector<std::int64_t>(256, 0)};
    for (const std::int64_t count : {0, 7}) {
        flat.counts[99] = count;
        EXPECT_THROW(otsu(flat), input_error);
        EXPECT_THROW(multi_otsu(flat, 3), input_error);
        EXPECT_THROW(separability(flat, std::vector<double>{99}), input_error);
    }
    EXPECT_THROW(otsu({}), input_error);
    flat.counts[100] = 1;
    EXPECT_THROW(multi_otsu(flat, 1), input_error);
    EXPECT_THROW(multi_otsu(flat, 6), input_error);
}

TEST(otsu, scales_with_the_step_of_the_bins) {
    grey_histogram fine = histogram(images()[0]);
    const double threshold = otsu(fine);
    fine.first = -2;
    fine.step = 0.125;
    EXPECT_DOUBLE_EQ(otsu(fine), -2 + 0.125 * threshold);
}

TEST(separability, equals_its_definition) {
    for (const auto& image : images())
        for (const std::vector<double>& thresholds : {std::vector<double>{90}, {50, 120.5}, {-5}, {10, 10, 200}})
            EXPECT_NEAR(separability(histogram(image), thresholds), twin_separability(image, thresholds), 1e-12);
}

TEST(pooled, adds_equal_bins_and_keeps_the_longest) {
    const grey_histogram a{0, 1, {1, 2, 3}};
    const grey_histogram b{0, 1, {10, 20, 30, 40}};
    EXPECT_EQ(pooled(std::vector{a, b}), (grey_histogram{0, 1, {11, 22, 33, 40}}));
    EXPECT_EQ(pooled(std::vector{a}), a);
    EXPECT_THROW(pooled({}), input_error);
}

TEST(pooled, puts_other_bins_on_a_common_grid) {
    const grey_histogram bytes{0, 1, {1, 2, 3}};
    const grey_histogram signed_levels{-2, 1, {7, 8, 9}};
    EXPECT_EQ(pooled(std::vector{bytes, signed_levels}), (grey_histogram{-2, 1, {7, 8, 10, 2, 3}}));

    const grey_histogram coarse{0.5, 1, {4, 6}};      // edges 0, 1, 2
    const grey_histogram fine{0.25, 0.5, {1, 2, 3}};  // edges 0, 0.5, 1, 1.5
    EXPECT_EQ(pooled(std::vector{coarse, fine}), (grey_histogram{0.25, 0.5, {1, 6, 3, 6}}));
}

TEST(pooled, grids_stay_bounded_and_lose_no_voxel) {
    const grey_histogram narrow{0, 1e-6, std::vector<std::int64_t>(65536, 3)};
    const grey_histogram wide{-1000, 0.05, std::vector<std::int64_t>(65536, 2)};
    const grey_histogram sum = pooled(std::vector{narrow, wide});
    EXPECT_EQ(sum.counts.size(), 65536U);
    EXPECT_EQ(std::accumulate(sum.counts.begin(), sum.counts.end(), std::int64_t{0}), 5 * 65536);
}

}  // namespace
}  // namespace tomosweep::otsu_test
