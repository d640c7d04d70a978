#include "tomosweep/kernels/classify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "support/random_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::classify_test {
namespace {

using test::random_volume;

bool in_phase(const phase_chain& chain, std::size_t phase, double grey) {
    const double t = chain.thresholds[phase];
    return chain.where == phase_side::below   ? grey <= t
           : chain.where == phase_side::above ? grey > t
                                              : grey > chain.low && grey <= t;
}

/// The definition word by word: the smallest k with the voxel in phase k.
class_t twin(const phase_chain& chain, double grey) {
    for (std::size_t k = 0; k < chain.thresholds.size(); ++k)
        if (in_phase(chain, k, grey))
            return static_cast<class_t>(k);
    return class_background;
}

std::vector<phase_chain> chains() {
    std::vector<double> longest(max_phases);
    for (std::size_t k = 0; k < longest.size(); ++k)
        longest[k] = static_cast<double>(k) * 0.75 - 20;
    return {{phase_side::below, {80}, 0},
            {phase_side::below, {-10, 80, 80, 90.5, 300}, 0},
            {phase_side::above, {200.25, 90, 90, 0, -5}, 0},
            {phase_side::between, {60, 70.5, 128, 255}, 50},
            {phase_side::between, {60, 70}, 100},
            {phase_side::below, longest, 0},
            {phase_side::above, {longest.rbegin(), longest.rend()}, 0}};
}

template <class T>
class classes_of_type : public testing::Test {};
using grey_types = testing::Types<std::uint8_t, std::uint16_t, std::int16_t, float>;
TYPED_TEST_SUITE(classes_of_type, grey_types);

TYPED_TEST(classes_of_type, are_the_smallest_phase_that_holds_the_voxel) {
    const double low = std::is_signed_v<TypeParam> ? -40 : 0;
    const auto grey = random_volume<TypeParam>({5, 7, 13}, 31, low, 255);
    const auto mask = random_volume<std::uint8_t>({5, 7, 13}, 32, 0, 3);
    for (const phase_chain& chain : chains()) {
        array3<TypeParam> held(grey.extent());
        copy<TypeParam>(grey.view(), held.view());
        grey_volume volume = std::move(held);
        const auto all = classify(std::as_const(volume), chain);
        const auto kept = classify(std::as_const(volume), chain, mask.view());
        for (std::size_t i = 0; i < grey.values().size(); ++i) {
            const class_t expected = twin(chain, static_cast<double>(grey.values()[i]));
            ASSERT_EQ(all.values()[i], expected) << "seed 31, grey " << +grey.values()[i];
            ASSERT_EQ(kept.values()[i], mask.values()[i] != 0 ? expected : class_outside) << "seeds 31, 32";
        }
        const auto given_up = classify(std::move(volume), chain, mask.view());
        EXPECT_TRUE(std::ranges::equal(given_up.values(), kept.values()));
        EXPECT_EQ(std::visit([](const auto& left) { return left.voxels(); }, volume),
                  0);  // NOLINT(bugprone-use-after-move)
    }
}

TEST(classes, of_the_worked_example) {
    const phase_chain chain{phase_side::below, {80, 90, 100}, 0};
    EXPECT_EQ(class_of(chain, 75), 0);
    EXPECT_EQ(class_of(chain, 80), 0);
    EXPECT_EQ(class_of(chain, 85), 1);
    EXPECT_EQ(class_of(chain, 100), 2);
    EXPECT_EQ(class_of(chain, 101), class_background);
}

TEST(classes, compare_float_grey_with_thresholds_exactly) {
    const float level = 0.1F;  // the nearest float lies above the double 0.1
    EXPECT_EQ(classify(array3<float>({1, 1, 1}, level), {phase_side::below, {0.1}, 0})(0, 0, 0), class_background);
    EXPECT_EQ(classify(array3<float>({1, 1, 1}, level), {phase_side::below, {level}, 0})(0, 0, 0), 0);
    EXPECT_EQ(classify(array3<float>({1, 1, 1}, level), {phase_side::above, {0.1}, 0})(0, 0, 0), 0);
    EXPECT_EQ(classify(array3<float>({1, 1, 1}, level), {phase_side::above, {level}, 0})(0, 0, 0), class_background);
    EXPECT_EQ(classify(array3<float>({1, 1, 1}, level), {phase_side::between, {1.0}, 0.1})(0, 0, 0), 0);
    EXPECT_EQ(classify(array3<float>({1, 1, 1}, level), {phase_side::between, {1.0}, level})(0, 0, 0),
              class_background);
    EXPECT_EQ(classify(array3<float>({1, 1, 1}, level), {phase_side::below, {-1e300, 1e300}, 0})(0, 0, 0), 1);
}

TEST(classes, refuse_chains_that_do_not_nest) {
    const auto refused = [](const phase_chain& chain) { EXPECT_THROW(check_chain(chain), internal_error); };
    refused({phase_side::below, {}, 0});
    refused({phase_side::below, {90, 80}, 0});
    refused({phase_side::above, {80, 90}, 0});
    refused({phase_side::below, std::vector<double>(max_phases + 1, 1.0), 0});
    refused({phase_side::below, {std::nan("")}, 0});
    EXPECT_NO_THROW(check_chain({phase_side::above, {90, 80}, 0}));
}

}  // namespace
}  // namespace tomosweep::classify_test
