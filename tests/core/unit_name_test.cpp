#include "tomosweep/core/unit_name.hpp"

#include <gtest/gtest.h>

namespace tomosweep::unit_name_test {
namespace {

TEST(unit_name, keys_end_in_their_unit) {
    const key_with_unit loading = split_unit("silicon_loading_mg_per_cm2");
    EXPECT_EQ(loading.stem, "silicon_loading");
    ASSERT_TRUE(loading.unit);
    EXPECT_EQ(loading.unit->symbol, "mg/cm2");
    EXPECT_DOUBLE_EQ(loading.unit->si, 1e-2);
    EXPECT_EQ(loading.unit->dimensions, (std::array{-2, 1, 0, 0, 0}));

    const key_with_unit slope = split_unit("silicon_expansion_percent_per_mAh_per_g");
    EXPECT_EQ(slope.stem, "silicon_expansion");
    ASSERT_TRUE(slope.unit);
    EXPECT_EQ(slope.unit->symbol, "percent/mAh/g");
    EXPECT_EQ(split_unit("time_h").unit->si, 3600);
}

TEST(unit_name, other_keys_have_none) {
    for (const char* key : {"scans", "um", "_um", "loading_per_cm2", "mg_per_", "", "per_g", "center_x"})
        EXPECT_TRUE(!split_unit(key).unit || !split_unit(key).stem.empty()) << key;
    EXPECT_FALSE(split_unit("scans").unit);
    EXPECT_FALSE(split_unit("um").unit);
    EXPECT_FALSE(split_unit("_um").unit);
}

TEST(unit_name, symbols_are_read_with_and_without_a_caret) {
    EXPECT_TRUE(unit_of_symbol("mg/cm^2")->same_kind(*unit_of_symbol("g/m2")));
    EXPECT_FALSE(unit_of_symbol("g/cm3")->same_kind(*unit_of_symbol("g/m2")));
    EXPECT_DOUBLE_EQ(unit_of_symbol("g/m2")->si, 1e-3);
    for (const char* text : {"", "furlong", "mg/", "mg//cm2", "3 mg"})
        EXPECT_FALSE(unit_of_symbol(text)) << text;
}

}  // namespace
}  // namespace tomosweep::unit_name_test
