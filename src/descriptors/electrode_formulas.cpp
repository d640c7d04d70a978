#include "tomosweep/descriptors/electrode_formulas.hpp"

#include "tomosweep/core/unknown.hpp"

namespace tomosweep {

double normalised_expansion(double expansion, units::specific_capacity measured, units::specific_capacity theoretical) {
    return quotient(expansion * (theoretical / units::mAh_per_g), measured / units::mAh_per_g);
}

double theoretical_expansion(const silicon_electrode& electrode, units::specific_capacity measured) {
    const double density_ratio = electrode.theoretical_density / electrode.silicon_density;
    const double silicon_growth = electrode.silicon_expansion * measured;
    return electrode.silicon_mass_fraction * density_ratio * silicon_growth;
}

double total_porosity(double macro_fraction, double micro_fraction, micro_share micro) {
    return macro_fraction + (micro == micro_share::of_islets ? (1 - macro_fraction) * micro_fraction : micro_fraction);
}

units::mass silicon_mass(units::areal_mass loading, units::area lateral, double depth_share) {
    return depth_share * (loading * lateral);
}

double coulombic_efficiency(units::specific_capacity lithiation, units::specific_capacity delithiation) {
    return quotient(delithiation / units::mAh_per_g, lithiation / units::mAh_per_g);
}

double capacity_retention(units::specific_capacity now, units::specific_capacity reference) {
    return quotient(now / units::mAh_per_g, reference / units::mAh_per_g);
}

double c_rate(units::specific_current current, units::specific_capacity theoretical) {
    return current * units::h / theoretical;
}

}  // namespace tomosweep
