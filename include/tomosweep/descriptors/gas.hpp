#pragma once

#include <vector>

#include "tomosweep/core/quantity.hpp"

namespace tomosweep {

/// Gas of electrolyte reduction, per gram of silicon: Eq. 4 and 5 of Vanpeene et al. 2024. All are local and pure.

/// Faraday constant, exact since the SI of 2019: e N_A = 1.602176634e-19 C x 6.02214076e23 / mol (CODATA 2018,
/// physics.nist.gov/cuu/Constants).
inline constexpr units::molar_charge faraday_constant = (1.602176634e-19 * 6.02214076e23) * units::C / units::mol;

/// Of an ideal gas at 273.15 K and 1 atm as the study rounds it; CODATA 2018 has 22.41396954 L/mol.
inline constexpr units::molar_volume gas_molar_volume = 22.4 * units::L_per_mol;

/// Charge for gas that forms by reactions of `electrons` electrons (Eq. 4, with 2).
units::specific_capacity gas_charge(units::specific_volume gas, units::molar_volume molar = gas_molar_volume,
                                    double electrons = 2);

/// A solid product, of which `per_gas` molecules form with every molecule of gas.
struct solid_product {
    units::molar_mass molar_mass;
    units::density density;
    double per_gas = 1;
};

inline constexpr solid_product lithium_carbonate{73.89 * units::g_per_mol, 2.11 * units::g_per_cm3};
inline constexpr solid_product lithium_fluoride{25.94 * units::g_per_mol, 2.64 * units::g_per_cm3};
/// What the study names as formed together with LiF, in equal amounts: CH2CHO.
inline constexpr solid_product fluoride_partner{43 * units::g_per_mol, 2.01 * units::g_per_cm3};

/// Volume of the solids that form with the gas (Eq. 5, with lithium_carbonate alone). The study prints a thousand times
/// as much, as if a mole of gas took 22.4 cm3: see docs/validation.md.
units::specific_volume product_volume(units::specific_volume gas, const std::vector<solid_product>& products,
                                      units::molar_volume molar = gas_molar_volume);

}  // namespace tomosweep
