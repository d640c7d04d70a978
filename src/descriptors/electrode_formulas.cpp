#include "tomosweep/descriptors/electrode_formulas.hpp"

#include <limits>

namespace tomosweep {
namespace {

/// NaN, always with the same bits, where there is nothing to divide by.
double quotient(double part, double whole) {
    return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : part / whole;
}

}  // namespace

double normalised_expansion(double expansion, specific_capacity measured, specific_capacity theoretical) {
    return quotient(expansion * (theoretical / units::mAh_per_g), measured / units::mAh_per_g);
}

double theoretical_expansion(const silicon_electrode& electrode, specific_capacity measured) {
    const double density_ratio = electrode.theoretical_density / electrode.silicon_density;
    const double silicon_growth = electrode.silicon_expansion * measured;
    return electrode.silicon_mass_fraction * density_ratio * silicon_growth;
}

double total_porosity(double macro_fraction, double micro_fraction, micro_share micro) {
    return macro_fraction + (micro == micro_share::of_islets ? (1 - macro_fraction) * micro_fraction : micro_fraction);
}

mass silicon_mass(areal_mass loading, area lateral, double depth_share) {
    return depth_share * (loading * lateral);
}

double coulombic_efficiency(specific_capacity lithiation, specific_capacity delithiation) {
    return quotient(delithiation / units::mAh_per_g, lithiation / units::mAh_per_g);
}

double capacity_retention(specific_capacity now, specific_capacity reference) {
    return quotient(now / units::mAh_per_g, reference / units::mAh_per_g);
}

double c_rate(specific_current current, specific_capacity theoretical) {
    return current * units::h / theoretical;
}

}  // namespace tomosweep
