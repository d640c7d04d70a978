#include "tomosweep/ops/registration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "support/shared_volume.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::registration_test {
namespace {

using support::made_once;
using support::on_all_grids;
using support::part_of;

/// A texture without voxels: soft round spots at random places. To move it is to move their centres.
class texture {
public:
    explicit texture(std::uint64_t seed) : spots_(2000) {
        std::mt19937_64 bits(seed);
        std::uniform_real_distribution<double> place(-8, 72), height(-80, 80);
        for (spot& each : spots_)
            each = {{place(bits) * 0.7, place(bits), place(bits)}, height(bits)};
    }

    /// At the centres of the voxels, after the transform, with noise.
    array3<float> picture(const extent3& extent, const rigid_transform& transform, double noise,
                          std::uint64_t seed) const {
        array3<float> grey(extent, 100.0F);
        for (const spot& each : spots_)
            paint(transform(each.at), each.height, grey);
        std::mt19937_64 bits(seed);
        std::normal_distribution<float> normal(0, static_cast<float>(noise));
        for (float& value : grey.values())
            value += normal(bits);
        return grey;
    }

private:
    struct spot {
        vector3 at{};
        double height = 0;
    };

    static void paint(const vector3& at, double height, array3<float>& grey) {
        constexpr double sigma = 2, reach = 5 * sigma;
        const index3 low{static_cast<index_t>(at[0] - reach), static_cast<index_t>(at[1] - reach),
                         static_cast<index_t>(at[2] - reach)};
        constexpr auto edge = static_cast<index_t>(2 * reach) + 2;
        const box3 box = intersection({low, low + index3{edge, edge, edge}}, whole(grey.extent()));
        for (index_t z = box.lo.z; z < box.hi.z; ++z)
            for (index_t y = box.lo.y; y < box.hi.y; ++y)
                for (index_t x = box.lo.x; x < box.hi.x; ++x) {
                    const vector3 from{static_cast<double>(z) + 0.5 - at[0], static_cast<double>(y) + 0.5 - at[1],
                                       static_cast<double>(x) + 0.5 - at[2]};
                    const double square = from[0] * from[0] + from[1] * from[1] + from[2] * from[2];
                    grey(z, y, x) += static_cast<float>(height * std::exp(-square / (2 * sigma * sigma)));
                }
    }

    std::vector<spot> spots_;
};

constexpr extent3 fixed_extent{40, 64, 60};
constexpr extent3 moving_extent{42, 61, 65};
constexpr vector3 middle{20, 32, 30};

/// Turned by about half a degree around the middle, and moved by a few voxels.
rigid_transform truth() {
    return moved({}, middle, {0.006, -0.005, 0.009}, {1.3, -2.7, 3.45});
}

double distance(const vector3& a, const vector3& b) {
    return std::sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

/// The angle of the turn that is left between two transforms.
double angle_between(const rigid_transform& a, const rigid_transform& b) {
    rigid_transform left;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            left.rotation[i][j] = 0;
            for (std::size_t k = 0; k < 3; ++k)
                left.rotation[i][j] += a.rotation[k][i] * b.rotation[k][j];
        }
    return angle_deg(left);
}

registration registered(const domain& grid, const array3<float>& fixed, const array3<float>& moving,
                        registration_kind kind, const registration_effort& effort = {}) {
    const domain other(grid.ranks(), moving.extent());
    const grey_volume fixed_own = part_of(fixed, grid.own()), moving_own = part_of(moving, other.own());
    return register_state({grid, fixed_own, {}}, {other, moving_own, {}}, kind, {}, effort);
}

/// What one rank finds alone, on every rank.
registration found_alone(const communicator& ranks, const array3<float>& fixed, const array3<float>& moving,
                         const registration_effort& effort = {}) {
    const communicator some = ranks.split(ranks.root() ? 0 : 1);
    std::vector<registration> found(1);
    if (ranks.root())
        found.front() = registered(domain(some, fixed.extent()), fixed, moving, registration_kind::rigid, effort);
    ranks.broadcast(found);
    return found.front();
}

TEST(register_state, finds_a_shift_and_a_turn_in_noise_with_the_same_bits_on_every_grid) {
    const auto ranks = communicator::world();
    const texture look(7);
    const array3<float> fixed = made_once(ranks, [&] { return look.picture(fixed_extent, {}, 4, 1); });
    // Another scale of grey, as of another scan.
    array3<float> moving = made_once(ranks, [&] { return look.picture(moving_extent, truth(), 4, 2); });
    for (float& grey : moving.values())
        grey = 30 + 0.5F * grey;
    const registration expected = found_alone(ranks, fixed, moving);
    EXPECT_TRUE(expected.converged);
    EXPECT_LT(distance(expected.transform(middle), truth()(middle)), 0.05);
    EXPECT_LT(angle_between(expected.transform, truth()), 0.02);
    EXPECT_GT(expected.correlation, 0.9);
    EXPECT_LT(expected.correlation_before, 0.6);
    EXPECT_GT(expected.overlap, 0.8);
    on_all_grids(ranks, fixed_extent, [&](const domain& grid) {
        const registration found = registered(grid, fixed, moving, registration_kind::rigid);
        EXPECT_EQ(found.transform, expected.transform);
        EXPECT_EQ(found.correlation, expected.correlation);
        EXPECT_EQ(found.correlation_before, expected.correlation_before);
        EXPECT_EQ(found.residual_grey, expected.residual_grey);
        EXPECT_EQ(found.samples, expected.samples);
        EXPECT_EQ(found.steps, expected.steps);
    });
}

TEST(register_state, starts_on_binned_volumes_where_the_full_ones_are_large) {
    const auto ranks = communicator::world();
    const texture look(13);
    const array3<float> fixed = made_once(ranks, [&] { return look.picture(fixed_extent, {}, 4, 7); });
    const array3<float> moving = made_once(ranks, [&] { return look.picture(moving_extent, truth(), 4, 8); });
    // Cubes of 2 voxels, and every eighth voxel.
    const registration_effort little{voxel_count(fixed_extent) / 4, voxel_count(fixed_extent) / 4};
    const registration expected = found_alone(ranks, fixed, moving, little);
    EXPECT_LT(distance(expected.transform(middle), truth()(middle)), 0.05);
    EXPECT_LT(angle_between(expected.transform, truth()), 0.06);
    const domain grid(ranks, fixed_extent);
    EXPECT_EQ(registered(grid, fixed, moving, registration_kind::rigid, little).transform, expected.transform);
}

TEST(register_state, leaves_turns_alone_when_only_shifts_are_asked_for) {
    const auto ranks = communicator::world();
    const texture look(8);
    const vector3 shift{-2.25, 4.6, -3.8};
    const array3<float> fixed = made_once(ranks, [&] { return look.picture(fixed_extent, {}, 5, 3); });
    const array3<float> moving = made_once(ranks, [&] { return look.picture(fixed_extent, {.shift = shift}, 5, 4); });
    const registration found = registered(domain(ranks, fixed_extent), fixed, moving, registration_kind::translation);
    EXPECT_EQ(found.transform.rotation, rigid_transform().rotation);
    EXPECT_LT(distance(found.transform.shift, shift), 0.05);
}

TEST(register_state, says_how_little_two_unrelated_volumes_have_in_common) {
    const auto ranks = communicator::world();
    const array3<float> fixed = made_once(ranks, [&] { return texture(9).picture(fixed_extent, {}, 5, 5); });
    const array3<float> moving = made_once(ranks, [&] { return texture(10).picture(fixed_extent, {}, 5, 6); });
    const registration found = registered(domain(ranks, fixed_extent), fixed, moving, registration_kind::rigid);
    EXPECT_LT(std::min(found.correlation, found.overlap), 0.5);
}

TEST(register_state, takes_a_volume_without_contrast_or_of_one_layer) {
    const auto ranks = communicator::world();
    const array3<float> flat({6, 7, 8}, 5.0F);
    const registration found = registered(domain(ranks, flat.extent()), flat, flat, registration_kind::rigid);
    EXPECT_EQ(found.correlation, 0);
    EXPECT_EQ(found.transform, rigid_transform());
    const array3<float> layer = made_once(ranks, [&] { return texture(11).picture({1, 40, 40}, {}, 1, 1); });
    const registration same = registered(domain(ranks, layer.extent()), layer, layer, registration_kind::rigid);
    EXPECT_LT(distance(same.transform.shift, {0, 0, 0}), 1e-3);
    EXPECT_GT(same.correlation, 0.999);
}

TEST(resample_state, moves_grey_by_whole_voxels_exactly_and_says_what_is_unknown) {
    const auto ranks = communicator::world();
    const array3<float> grey = made_once(ranks, [&] { return texture(12).picture({9, 8, 11}, {}, 20, 12); });
    const rigid_transform shift{.shift = {2, -1, 3}};
    array3<std::uint8_t> mask(grey.extent(), 1);
    mask(4, 3, 5) = 0;
    on_all_grids(ranks, grey.extent(), [&](const domain& grid) {
        const domain other(grid.ranks(), grey.extent());
        const grey_volume fixed = part_of(grey, grid.own()), moving = part_of(grey, other.own());
        const auto moving_mask = part_of(mask, other.own());
        const resampled_grey found = resample_state({grid, fixed, {}}, {other, moving, moving_mask.view()}, shift);
        for (index_t z = grid.own().lo.z; z < grid.own().hi.z; ++z)
            for (index_t y = grid.own().lo.y; y < grid.own().hi.y; ++y)
                for (index_t x = grid.own().lo.x; x < grid.own().hi.x; ++x) {
                    const index3 at = index3{z, y, x} - grid.own().lo, from{z + 2, y - 1, x + 3};
                    const bool known = whole(grey.extent()).contains(from) && mask(from.z, from.y, from.x) != 0;
                    ASSERT_EQ(found.known(at.z, at.y, at.x), known ? 1 : 0);
                    ASSERT_EQ(found.grey(at.z, at.y, at.x), known ? grey(from.z, from.y, from.x) : 0);
                }
    });
}

}  // namespace
}  // namespace tomosweep::registration_test
