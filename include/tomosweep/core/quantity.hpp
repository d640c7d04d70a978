#pragma once

namespace tomosweep {

/// A number with a dimension, so that the compiler refuses to add a length to a mass or to take mg/cm2 for g/cm3.
/// Exponents of length, mass, time, charge and amount; the value is in SI base units (m, kg, s, C, mol). Numbers come
/// in and go out only by multiplying with and dividing by units, whose quotient without dimension is a double:
///
///     const auto mass = 1.9 * units::mg_per_cm2 * (7.07 * units::mm2);     // quantity of mass
///     const double mass_mg = mass / units::mg;                             // 0.134
template <int Length, int Mass, int Time, int Charge, int Amount>
struct quantity {
    double si = 0;

    constexpr operator double() const  // NOLINT(google-explicit-constructor): a pure number is a number
        requires(Length == 0 && Mass == 0 && Time == 0 && Charge == 0 && Amount == 0) {
        return si;
    }

    friend constexpr quantity operator+(quantity a, quantity b) { return {a.si + b.si}; }
    friend constexpr quantity operator-(quantity a, quantity b) { return {a.si - b.si}; }
    friend constexpr auto operator<=>(quantity a, quantity b) = default;
};

template <int... A, int... B>
constexpr quantity<(A + B)...> operator*(quantity<A...> a, quantity<B...> b) {
    return {a.si * b.si};
}
template <int... A, int... B>
constexpr quantity<(A - B)...> operator/(quantity<A...> a, quantity<B...> b) {
    return {a.si / b.si};
}
template <int... A>
constexpr quantity<A...> operator*(double factor, quantity<A...> a) {
    return {factor * a.si};
}
template <int... A>
constexpr quantity<A...> operator/(quantity<A...> a, double divisor) {
    return {a.si / divisor};
}
template <int... A>
constexpr quantity<(-A)...> operator/(double number, quantity<A...> a) {
    return {number / a.si};
}

namespace units {

using length = quantity<1, 0, 0, 0, 0>;
using area = quantity<2, 0, 0, 0, 0>;
using volume = quantity<3, 0, 0, 0, 0>;
using mass = quantity<0, 1, 0, 0, 0>;
using duration = quantity<0, 0, 1, 0, 0>;
using charge = quantity<0, 0, 0, 1, 0>;
using amount = quantity<0, 0, 0, 0, 1>;
using areal_mass = quantity<-2, 1, 0, 0, 0>;
using density = quantity<-3, 1, 0, 0, 0>;
using specific_volume = quantity<3, -1, 0, 0, 0>;    ///< volume per mass of silicon
using specific_capacity = quantity<0, -1, 0, 1, 0>;  ///< charge per mass of silicon
using specific_current = quantity<0, -1, -1, 1, 0>;
using molar_mass = quantity<0, 1, 0, 0, -1>;
using molar_volume = quantity<3, 0, 0, 0, -1>;
using molar_charge = quantity<0, 0, 0, 1, -1>;

inline constexpr length nm{1e-9}, um{1e-6}, mm{1e-3}, cm{1e-2};
inline constexpr area um2 = um * um, mm2 = mm * mm, cm2 = cm * cm;
inline constexpr volume um3 = um2 * um, mm3 = mm2 * mm, cm3 = cm2 * cm, L{1e-3};
inline constexpr mass g{1e-3}, mg{1e-6};
inline constexpr duration h{3600};
inline constexpr charge C{1}, mAh{3.6};
inline constexpr amount mol{1};
inline constexpr areal_mass mg_per_cm2 = mg / cm2;
inline constexpr density g_per_cm3 = g / cm3;
inline constexpr specific_volume cm3_per_g = cm3 / g;
inline constexpr specific_capacity mAh_per_g = mAh / g;
inline constexpr specific_current mA_per_g = mAh / h / g;
inline constexpr molar_mass g_per_mol = g / mol;
inline constexpr molar_volume L_per_mol = L / mol;

}  // namespace units
}  // namespace tomosweep
