#include "tomosweep/core/quantity.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <type_traits>

namespace tomosweep::quantity_test {
namespace {

template <class A, class B>
concept addable = requires(A a, B b) {
    a + b;
};

TEST(quantity, units_that_mean_different_things_do_not_mix) {
    static_assert(addable<units::length, units::length>);
    static_assert(!addable<units::length, units::area>);
    static_assert(!addable<units::areal_mass, units::density>);
    static_assert(!addable<units::length, double>);
    static_assert(!std::is_convertible_v<units::length, double>);
    static_assert(!std::is_convertible_v<double, units::mass>);
    static_assert(!std::is_convertible_v<units::specific_capacity, units::specific_volume>);
    static_assert(std::is_convertible_v<decltype(units::um / units::nm), double>);
    static_assert(std::is_same_v<decltype(units::mg_per_cm2 * units::um2), units::mass>);
    static_assert(std::is_same_v<decltype(units::mAh_per_g * units::g / units::mol), units::molar_charge>);
}

TEST(quantity, conversions_are_those_of_the_textbook) {
    EXPECT_DOUBLE_EQ(1.9 * units::mg_per_cm2 / (units::g / (100 * units::cm * (100 * units::cm))), 19);
    EXPECT_DOUBLE_EQ(2.33 * units::g_per_cm3 / (units::mg / units::mm3), 2.33);
    EXPECT_DOUBLE_EQ(units::cm3_per_g / (units::um3 / units::mg), 1e9);
    EXPECT_DOUBLE_EQ(units::mAh / units::C, 3.6);
    EXPECT_DOUBLE_EQ(units::L / units::cm3, 1000);
    EXPECT_DOUBLE_EQ(3579 * units::mAh_per_g / (units::C / units::g), 12884.4);
}

}  // namespace
}  // namespace tomosweep::quantity_test
