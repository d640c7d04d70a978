#include "tomosweep/descriptors/figures.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tomosweep::figures_test {
namespace {

/// One threshold, limits 0 and 3 voxels of 0.5 um: 10 of 40 voxels, of which 6 are at least three voxels wide.
phase_tables worked_tables() {
    phase_tables tables;
    tables.threshold_grey = {90};
    phase_counts all, wide;
    all.voxels = 10;
    all.transitions.fill(12);
    all.euler_6 = 3;
    all.euler_26 = 1;
    all.components = {component_counts{3, 5, 0}, component_counts{1, 10, 1}};
    all.depth_voxels = {7, 3};
    wide.voxels = 6;
    wide.depth_voxels = {6, 0};
    tables.counts = {{all, wide}};
    tables.thickness = {{{1, 0, 1}, {1, 1, 3}, {4, 0, 6}}};
    tables.max_distance_sq = {4};
    return tables;
}

const figure_axes axes{1, {0, 1.5}, {6, 26}, 2, 4, 0.5};
const figure_scale scale{0.5, {40, {20, 20}}};

template <class T>
std::vector<T> values(const std::vector<variable>& variables, std::string_view name) {
    const variable* found = find_named(variables, name);
    return found == nullptr ? std::vector<T>{} : std::get<std::vector<T>>(found->values);
}

TEST(figures, follow_from_the_tables) {
    const auto variables = derive_figures(worked_tables(), axes, scale);
    EXPECT_EQ(values<double>(variables, "volume_fraction"), (std::vector<double>{0.25, 0.15}));
    EXPECT_EQ(values<std::int64_t>(variables, "phase_voxels"), (std::vector<std::int64_t>{10, 6}));
    EXPECT_EQ(values<double>(variables, "mean_width_um"), (std::vector<double>{(4 * 1.0 + 6 * 2.0) / 10, 2.0}));
    EXPECT_EQ(values<double>(variables, "median_width_um"), (std::vector<double>{2.0, 2.0}));
    EXPECT_EQ(values<double>(variables, "corrected_mean_width_um"),
              (std::vector<double>{(4 * 1.0 + 6 * 2.0) / 10 - 0.25, 1.75}));
    EXPECT_EQ(values<std::int64_t>(variables, "euler_number"), (std::vector<std::int64_t>{3, 1, 0, 0}));
    EXPECT_EQ(values<double>(variables, "interconnectivity"), (std::vector<double>{0.5, 1.0, 0.0, 0.0}));
    EXPECT_EQ(values<double>(variables, "depth_volume_fraction"), (std::vector<double>{0.35, 0.15, 0.3, 0.0}));
    EXPECT_EQ(values<std::int64_t>(variables, "width_histogram"), (std::vector<std::int64_t>{0, 0, 4, 6}));
    EXPECT_EQ(values<double>(variables, "face_area_um2"), (std::vector<double>{36 * 0.25, 0}));
    EXPECT_DOUBLE_EQ(values<double>(variables, "surface_per_volume")[0],
                     values<double>(variables, "surface_area_um2")[0] / (10 * 0.125));
    EXPECT_TRUE(std::isnan(values<double>(variables, "depth_mean_width_um")[3])) << "nothing of it is left at depth 1";
}

TEST(figures, profiles_between_interfaces_follow_from_their_own_table) {
    phase_tables tables = worked_tables();
    tables.normalised_thickness = {{{1, 0, 4}, {4, 0, 2}, {4, 2, 4}}};
    figure_axes three = axes;
    three.normalised_bins = 3;
    figure_scale of_three = scale;
    of_three.region.normalised_voxels = {20, 12, 8};
    const auto variables = derive_figures(tables, three, of_three);
    EXPECT_EQ(values<double>(variables, "normalised_depth_volume_fraction"),
              (std::vector<double>{6 / 20.0, 0, 0.5, 2 / 20.0, 0, 0.5}));
    const auto means = values<double>(variables, "normalised_depth_mean_width_um");
    EXPECT_DOUBLE_EQ(means[0], (4 * 1.0 + 2 * 2.0) / 6);
    EXPECT_TRUE(std::isnan(means[1])) << "nothing of the phase lies there";
    EXPECT_EQ(means[5], 2);
    EXPECT_EQ(values<double>(variables, "normalised_depth_median_width_um")[0], 1);
    const auto failed = failed_figures(three, false, true, 1);
    ASSERT_EQ(values<double>(failed, "normalised_depth_volume_fraction").size(), 6U);
    EXPECT_TRUE(std::isnan(values<double>(failed, "normalised_depth_volume_fraction")[0]));
    EXPECT_TRUE(values<double>(derive_figures(worked_tables(), axes, scale), "normalised_depth_mean_width_um").empty());
}

TEST(figures, every_variable_fills_its_dimensions) {
    const std::vector<dimension> lengths{{"scan", 1},         {"threshold", 1}, {"resolution_limit", 2},
                                         {"connectivity", 2}, {"depth", 2},     {"width", 4}};
    for (const variable& figure : derive_figures(worked_tables(), axes, scale)) {
        index_t expected = 1;
        for (const std::string& name : figure.dimensions)
            expected *= find_named(lengths, name)->length;
        EXPECT_EQ(static_cast<index_t>(value_count(figure.values)), expected) << figure.name;
        EXPECT_FALSE(figure.units.empty()) << figure.name;
        EXPECT_FALSE(figure.long_name.empty()) << figure.name;
    }
}

TEST(figures, failed_scan_has_the_same_variables_with_a_status) {
    const auto good = derive_figures(worked_tables(), axes, scale);
    const auto failed = failed_figures(axes, false, true, 1);
    ASSERT_EQ(good.size(), failed.size());
    for (std::size_t i = 0; i < good.size(); ++i) {
        EXPECT_EQ(good[i].name, failed[i].name);
        EXPECT_EQ(value_count(good[i].values), value_count(failed[i].values)) << good[i].name;
    }
    EXPECT_EQ(values<std::int32_t>(failed, "status"), (std::vector<std::int32_t>{1, 1}));
    EXPECT_TRUE(std::isnan(values<double>(failed, "volume_fraction")[0]));
    EXPECT_EQ(values<std::int64_t>(failed, "phase_voxels"), (std::vector<std::int64_t>{0, 0}));
}

TEST(figures, without_widths_the_rest_remains) {
    phase_tables tables = worked_tables();
    tables.thickness.clear();
    const auto variables = derive_figures(tables, axes, scale);
    EXPECT_EQ(find_named(variables, "mean_width_um"), nullptr);
    EXPECT_NE(find_named(variables, "interconnectivity"), nullptr);
}

}  // namespace
}  // namespace tomosweep::figures_test
