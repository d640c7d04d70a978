#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "oracle/filters.hpp"
#include "support/random_volume.hpp"
#include "support/witness.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/grey.hpp"
#include "tomosweep/kernels/gaussian.hpp"
#include "tomosweep/kernels/median.hpp"

namespace tomosweep::filters_test {
namespace {

using test::cut;
using test::random_volume;

const extent3 shapes[] = {{1, 1, 1}, {1, 7, 5}, {6, 1, 1}, {9, 8, 11}, {2, 3, 45}};
const box3 parts[] = {
    {{0, 0, 0}, {4, 8, 11}}, {{4, 0, 0}, {9, 3, 11}}, {{4, 3, 0}, {9, 8, 2}}, {{4, 3, 2}, {9, 8, 11}}};

template <class T>
class filters : public testing::Test {
public:
    static constexpr double low = std::is_signed_v<T> ? -3000 : 0;
    static constexpr double high = sizeof(T) == 1 ? 255 : 30000;
};
using grey_types = testing::Types<std::uint8_t, std::uint16_t, std::int16_t, float>;
TYPED_TEST_SUITE(filters, grey_types);

TYPED_TEST(filters, median_equals_sorting_every_cube) {
    for (const extent3& shape : shapes)
        for (const index_t radius : {0, 1, 2, 4}) {
            const auto grey = random_volume<TypeParam>(shape, 11, this->low, this->high);
            const auto ours = median_filter<TypeParam>(grey.view(), whole(shape), whole(shape), shape, radius);
            const auto twin = oracle::median(grey, radius);
            EXPECT_TRUE(std::ranges::equal(ours.values(), twin.values())) << "seed 11, radius " << radius;
        }
}

TYPED_TEST(filters, median_of_any_part_equals_that_part_of_the_whole) {
    const extent3 shape{9, 8, 11};
    const auto grey = random_volume<TypeParam>(shape, 12, this->low, this->high);
    const auto all = median_filter<TypeParam>(grey.view(), whole(shape), whole(shape), shape, 2);
    for (const box3& part : parts) {
        const box3 block = grown(part, median_halo(2), whole(shape));
        const auto ours = median_filter<TypeParam>(cut(grey, block).view(), block, part, shape, 2);
        EXPECT_TRUE(std::ranges::equal(ours.values(), cut(all, part).values())) << "seed 12";
    }
}

TYPED_TEST(filters, median_of_equal_and_of_extreme_levels_is_exact) {
    const extent3 shape{3, 4, 90};
    const auto choice = random_volume<std::uint8_t>(shape, 16, 0, 3);
    array3<TypeParam> grey(shape);
    using limits = std::numeric_limits<TypeParam>;
    const TypeParam levels[] = {limits::lowest(), limits::max(), TypeParam{0}, limits::max()};
    for (std::size_t i = 0; i < grey.values().size(); ++i)
        grey.values()[i] = levels[choice.values()[i]];
    const auto ours = median_filter<TypeParam>(grey.view(), whole(shape), whole(shape), shape, 1);
    EXPECT_TRUE(std::ranges::equal(ours.values(), oracle::median(grey, 1).values())) << "seed 16";
}

TYPED_TEST(filters, gaussian_equals_one_sum_over_the_cube) {
    for (const extent3& shape : shapes) {
        const auto grey = random_volume<TypeParam>(shape, 13, this->low, this->high);
        const auto ours = gaussian_filter<TypeParam>(grey.view(), whole(shape), whole(shape), shape, 0.7);
        const auto twin = oracle::gaussian(grey, gaussian_weights(0.7));
        const double rounding = std::is_integral_v<TypeParam> ? 0.5 : 0.002;
        for (std::size_t i = 0; i < ours.values().size(); ++i)
            ASSERT_NEAR(static_cast<double>(ours.values()[i]), twin.values()[i], rounding + 1e-9) << "seed 13";
    }
}

TYPED_TEST(filters, gaussian_of_any_part_equals_that_part_of_the_whole) {
    const extent3 shape{9, 8, 11};
    const auto grey = random_volume<TypeParam>(shape, 14, this->low, this->high);
    const auto all = gaussian_filter<TypeParam>(grey.view(), whole(shape), whole(shape), shape, 0.9);
    for (const box3& part : parts) {
        const box3 block = grown(part, gaussian_halo(0.9), whole(shape));
        const auto ours = gaussian_filter<TypeParam>(cut(grey, block).view(), block, part, shape, 0.9);
        EXPECT_TRUE(std::ranges::equal(ours.values(), cut(all, part).values())) << "seed 14";
    }
}

TYPED_TEST(filters, uniform_volumes_stay_as_they_are) {
    const extent3 shape{5, 6, 7};
    const auto level = static_cast<TypeParam>(this->high);
    const array3<TypeParam> grey(shape, level);
    const auto smooth = gaussian_filter<TypeParam>(grey.view(), whole(shape), whole(shape), shape, 1.3);
    const auto median = median_filter<TypeParam>(grey.view(), whole(shape), whole(shape), shape, 1);
    EXPECT_TRUE(std::ranges::equal(smooth.values(), grey.values()));
    EXPECT_TRUE(std::ranges::equal(median.values(), grey.values()));
}

TEST(filters_input, a_block_without_its_halo_is_refused) {
    const array3<std::uint8_t> grey({4, 4, 4}, 1);
    const box3 half{{0, 0, 0}, {2, 4, 4}};
    const auto block = cut(grey, half);
    EXPECT_THROW(median_filter<std::uint8_t>(block.view(), half, half, {4, 4, 4}, 1), internal_error);
    EXPECT_THROW(gaussian_filter<std::uint8_t>(block.view(), half, half, {4, 4, 4}, 1), internal_error);
    const auto one_voxel = [](index_t radius) {
        const array3<float> voxel({1, 1, 1}, 1.0F);
        return median_filter<float>(voxel.view(), whole({1, 1, 1}), whole({1, 1, 1}), {1, 1, 1}, radius)(0, 0, 0);
    };
    EXPECT_EQ(one_voxel(largest_median_radius), 1.0F);
    EXPECT_THROW(one_voxel(largest_median_radius + 1), input_error);
    EXPECT_THROW(one_voxel(-1), input_error);
    EXPECT_THROW(gaussian_weights(-1), input_error);
    EXPECT_THROW(gaussian_weights(std::nan("")), input_error);
}

/// Writes one case of every filter for the script that knows scipy.
template <class T>
void write_cases(const test::scratch_folder& folder, std::ofstream& list, double low, double high) {
    const extent3 shape{13, 17, 19};
    const auto grey = random_volume<T>(shape, 15, low, high);
    const std::string type(name_of(dtype_of(grey_volume(array3<T>(shape)))));
    const auto write = [&](const std::string& name, double parameter, const array3<T>& result) {
        list << name + type << ' ' << name << ' ' << type << " 13 17 19 " << parameter << '\n';
        test::write_raw<T>(folder.file(name + type + ".in"), grey.values());
        test::write_raw<T>(folder.file(name + type + ".out"), result.values());
    };
    write("median", 2, median_filter<T>(grey.view(), whole(shape), whole(shape), shape, 2));
    write("gaussian", 1.6, gaussian_filter<T>(grey.view(), whole(shape), whole(shape), shape, 1.6));
}

TEST(filters_witness, scipy_agrees) {
    const test::scratch_folder folder;
    {
        std::ofstream list(folder.file("cases.txt"));
        write_cases<std::uint8_t>(folder, list, 0, 255);
        write_cases<std::uint16_t>(folder, list, 0, 65535);
        write_cases<std::int16_t>(folder, list, -32768, 32767);
        write_cases<float>(folder, list, -1, 1);
    }
    const auto said = test::ask_witness(TOMOSWEEP_PYTHON, TOMOSWEEP_WITNESS, "'" + folder.path() + "'");
    if (said == test::verdict::absent)
        GTEST_SKIP() << "scipy is not installed";
    EXPECT_EQ(said, test::verdict::agrees);
}

}  // namespace
}  // namespace tomosweep::filters_test
