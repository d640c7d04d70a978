#include "tomosweep/descriptors/electrode_formulas.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace tomosweep::electrode_formulas_test {
namespace {

units::specific_capacity mAh(double value) {
    return value * units::mAh_per_g;
}

TEST(electrode_formulas, normalised_expansion_scales_with_the_capacity) {
    EXPECT_NEAR(normalised_expansion(1.03, mAh(2779)), 1.03 * 3579 / 2779, 1e-12);
    EXPECT_DOUBLE_EQ(normalised_expansion(0.5, silicon_capacity), 0.5);
    EXPECT_TRUE(std::isnan(normalised_expansion(0.5, mAh(0))));
}

TEST(electrode_formulas, theoretical_expansion_has_the_factor_of_the_study) {
    const silicon_electrode electrode;
    EXPECT_NEAR(100 * theoretical_expansion(electrode, mAh(1)), 0.0533, 5e-5);
    // Dense silicon alone: 280 % at its full capacity.
    const silicon_electrode silicon{1, 2.33 * units::g_per_cm3, 2.33 * units::g_per_cm3, 2.8 / silicon_capacity};
    EXPECT_NEAR(theoretical_expansion(silicon, silicon_capacity), 2.8, 1e-12);
}

TEST(electrode_formulas, porosity_counts_every_void_once) {
    // 20 of 100 voxels are macro cracks; of the 80 others a tenth is micro pores: 28 voids.
    EXPECT_DOUBLE_EQ(total_porosity(0.2, 0.1, micro_share::of_islets), 0.28);
    EXPECT_DOUBLE_EQ(total_porosity(0.2, 0.08, micro_share::of_electrode), 0.28);
    EXPECT_DOUBLE_EQ(total_porosity(1, 0.5, micro_share::of_islets), 1);
    EXPECT_DOUBLE_EQ(total_porosity(0, 0.5, micro_share::of_islets), 0.5);
}

TEST(electrode_formulas, silicon_mass_is_loading_times_area) {
    const units::area disc = std::numbers::pi / 4 * (3 * units::mm) * (3 * units::mm);
    EXPECT_NEAR(silicon_mass(1.9 * units::mg_per_cm2, disc) / units::mg, 0.13430, 1e-5);
    EXPECT_NEAR(silicon_mass(1.9 * units::mg_per_cm2, disc, 0.5) / units::mg, 0.06715, 1e-5);
}

TEST(electrode_formulas, efficiencies_and_rates_are_ratios) {
    EXPECT_DOUBLE_EQ(coulombic_efficiency(mAh(2000), mAh(1500)), 0.75);
    EXPECT_TRUE(std::isnan(coulombic_efficiency(mAh(0), mAh(1500))));
    EXPECT_DOUBLE_EQ(capacity_retention(mAh(1520), mAh(3040)), 0.5);
    EXPECT_DOUBLE_EQ(c_rate(3579.0 / 40 * units::mA_per_g), 1.0 / 40);
}

}  // namespace
}  // namespace tomosweep::electrode_formulas_test
