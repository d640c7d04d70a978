#include "tomosweep/descriptors/gas.hpp"

namespace tomosweep {

units::specific_capacity gas_charge(units::specific_volume gas, units::molar_volume molar, double electrons) {
    return electrons * (gas / molar * faraday_constant);
}

units::specific_volume product_volume(units::specific_volume gas, const std::vector<solid_product>& products,
                                      units::molar_volume molar) {
    const auto moles_per_gram = gas / molar;
    units::specific_volume sum;
    for (const solid_product& product : products)
        sum = sum + product.per_gas * (moles_per_gram * product.molar_mass / product.density);
    return sum;
}

}  // namespace tomosweep
