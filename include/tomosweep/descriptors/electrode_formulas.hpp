#pragma once

#include "tomosweep/core/quantity.hpp"

namespace tomosweep {

/// Formulas of Vanpeene et al. (Adv. Energy Mater. 2024, doi 10.1002/aenm.202403741) for a silicon electrode; "Eq." are
/// theirs. All are local and pure. Expansions, fractions and efficiencies are pure numbers: 1.03 is 103 %.

/// Of silicon up to Li15Si4, per gram of silicon.
inline constexpr units::specific_capacity silicon_capacity = 3579 * units::mAh_per_g;

/// Eq. 1: the expansion that the electrode would have at silicon's full capacity. Not a number where `measured` is 0.
double normalised_expansion(double expansion, units::specific_capacity measured,
                            units::specific_capacity theoretical = silicon_capacity);

/// What Eq. 2 needs to know of an electrode.
struct silicon_electrode {
    double silicon_mass_fraction = 0.732;  ///< of the pristine electrode
    units::density theoretical_density = 2.17 * units::g_per_cm3;
    units::density silicon_density = 2.33 * units::g_per_cm3;
    /// Growth of silicon's volume per capacity: 280 % at 3579 mAh/g.
    quantity<0, 1, 0, -1, 0> silicon_expansion = 0.000782 / units::mAh_per_g;
};

/// Eq. 2: the expansion of an electrode in thickness when all of silicon's growth goes there and its pores do not give.
double theoretical_expansion(const silicon_electrode& electrode, units::specific_capacity measured);

/// Of which volume the micro fraction of Eq. 3 is a fraction.
enum class micro_share { of_electrode, of_islets };

/// Eq. 3: porosity of the electrode from its macro cracks (a fraction of the whole electrode) and its micro pores. As
/// printed, both fractions are of the electrode and are added up; a micro fraction that was measured inside the islets
/// counts for the part that the macro cracks leave.
double total_porosity(double macro_fraction, double micro_fraction, micro_share micro);

/// Silicon under an area of the electrode, times the share of its depth that is looked at.
units::mass silicon_mass(units::areal_mass loading, units::area lateral, double depth_share = 1);

/// Charge taken out over charge put in, in one cycle of a half-cell. NaN where nothing was put in.
double coulombic_efficiency(units::specific_capacity lithiation, units::specific_capacity delithiation);

/// What is left of a reference capacity. NaN where the reference is 0.
double capacity_retention(units::specific_capacity now, units::specific_capacity reference);

/// 1 for a current that moves the theoretical capacity in one hour; 1/40 is written C/40.
double c_rate(units::specific_current current, units::specific_capacity theoretical = silicon_capacity);

}  // namespace tomosweep
