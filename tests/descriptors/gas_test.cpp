#include "tomosweep/descriptors/gas.hpp"

#include <gtest/gtest.h>

namespace tomosweep::gas_test {
namespace {

TEST(gas, constants_are_those_of_codata) {
    EXPECT_NEAR(faraday_constant / (units::C / units::mol), 96485.33212, 1e-5);
    EXPECT_NEAR(gas_molar_volume / units::L_per_mol, 22.41396954, 0.015);
}

TEST(gas, a_mole_of_gas_takes_two_moles_of_electrons) {
    // 22.4 L per gram of silicon is a mole per gram.
    const units::specific_volume mole = 22400 * units::cm3_per_g;
    EXPECT_NEAR(gas_charge(mole) / (units::C / units::g), 2 * 96485.33212, 1e-4);
    EXPECT_NEAR(gas_charge(mole, gas_molar_volume, 1) / (units::C / units::g), 96485.33212, 1e-4);
    // Warm gas of the same volume is less gas: at 298.15 K a mole takes 24.465 L.
    EXPECT_NEAR(gas_charge(mole, 24.465 * units::L_per_mol) / gas_charge(mole), 22.4 / 24.465, 1e-12);
}

TEST(gas, a_mole_of_gas_leaves_a_mole_of_carbonate) {
    const units::specific_volume mole = 22400 * units::cm3_per_g;
    EXPECT_NEAR(product_volume(mole, {lithium_carbonate}) / units::cm3_per_g, 73.89 / 2.11, 1e-9);
    EXPECT_NEAR(product_volume(mole, {lithium_fluoride, fluoride_partner}) / units::cm3_per_g, 25.94 / 2.64 + 43 / 2.01,
                1e-9);
    EXPECT_EQ(product_volume(mole, {}) / units::cm3_per_g, 0);
}

}  // namespace
}  // namespace tomosweep::gas_test
