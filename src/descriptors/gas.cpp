#include "tomosweep/descriptors/gas.hpp"

namespace tomosweep {

specific_capacity gas_charge(specific_volume gas, molar_volume molar, double electrons) {
    return electrons * (gas / molar * faraday_constant);
}

specific_volume product_volume(specific_volume gas, const std::vector<solid_product>& products, molar_volume molar) {
    const auto moles_per_gram = gas / molar;
    specific_volume sum;
    for (const solid_product& product : products)
        sum = sum + product.per_gas * (moles_per_gram * product.molar_mass / product.density);
    return sum;
}

}  // namespace tomosweep
