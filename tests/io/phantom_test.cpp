#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_pores.hpp"
#include "tomosweep/io/phantom_source.hpp"
#include "tomosweep/io/phantom_truth.hpp"

namespace tomosweep::phantom_test {
namespace {

using grey8 = array3<std::uint8_t>;

grey8 read(const scan_source& scan, const box3& box) {
    return std::get<grey8>(scan.read(box));
}
grey8 read_all(const phantom_source& phantom) {
    const auto scan = open_phantom(phantom);
    return read(*scan, whole(scan->extent()));
}

double crack_share(const grey8& grey, const phantom_source& phantom) {
    const double middle = (phantom.solid_grey + phantom.crack_grey) / 2;
    return static_cast<double>(std::ranges::count_if(grey.values(), [&](std::uint8_t g) { return g < middle; })) /
           static_cast<double>(grey.voxels());
}

/// Phantoms that use every feature, alone and together.
std::vector<phantom_source> phantoms(const extent3& shape) {
    phantom_source plates;
    plates.shape = shape;
    phantom_source partly = plates;
    partly.cracked_share = 0.4;
    partly.seed = 2;
    phantom_source fine = plates;
    fine.fine_crack_width = 1.7;
    fine.fine_crack_share = 0.6;
    fine.cracked_share = 0.7;
    fine.seed = 3;
    phantom_source pores = fine;
    pores.islet_diameter = 60;
    pores.pores = 60;
    pores.pore_radius = 3.5;
    pores.seed = 4;
    return {plates, partly, fine, pores};
}

TEST(phantom, has_the_crack_volume_of_its_truth) {
    for (const phantom_source& phantom : phantoms({32, 700, 800})) {
        const phantom_truth truth = truth_of(phantom);
        // Voxel centres sample the plates' area: the error falls with the number of edge voxels, here far below 0.5 %.
        EXPECT_NEAR(crack_share(read_all(phantom), phantom) / truth.crack_fraction, 1, 0.005)
            << "seed " << phantom.seed;
    }
}

TEST(phantom, has_the_crack_area_of_its_truth_in_every_layer) {
    phantom_source phantom = phantoms({20, 500, 600})[2];
    phantom.crack_width_collector = 1;
    phantom.crack_width_separator = 12;
    const phantom_truth truth = truth_of(phantom);
    const auto scan = open_phantom(phantom);
    for (index_t z = 0; z < 20; ++z) {
        const double share = crack_share(read(*scan, {{z, 0, 0}, {z + 1, 500, 600}}), phantom);
        EXPECT_NEAR(share / truth.layer_crack_fraction[static_cast<std::size_t>(z)], 1, 0.02) << "layer " << z;
    }
    EXPECT_DOUBLE_EQ(truth.layer_plate_width[0], 1 + 11 * 0.5 / 20);
}

/// Length of the cracks' edges per area from the voxels of one layer, by Crofton's formula: pi / 2 times the mean
/// number of edges met per length, over eight directions weighted by the angle that each stands for. Knows nothing of
/// polygons.
double crofton_perimeter(const grey8& grey, double middle) {
    struct direction {
        index_t y, x;
        double degrees;
    };
    const extent3 extent = grey.extent();
    double sum = 0;
    for (const auto& [dy, dx, degrees] : {direction{0, 1, 26.565},
                                          {1, 2, 22.5},
                                          {1, 1, 18.435},
                                          {2, 1, 22.5},
                                          {1, 0, 26.565},
                                          {2, -1, 22.5},
                                          {1, -1, 18.435},
                                          {1, -2, 22.5}}) {
        std::int64_t met = 0;
        std::int64_t steps = 0;
        for (index_t y = 0; y + dy < extent.y; ++y)
            for (index_t x = std::max<index_t>(0, -dx); x + std::max<index_t>(0, dx) < extent.x; ++x, ++steps)
                met += (grey(0, y, x) < middle) != (grey(0, y + dy, x + dx) < middle) ? 1 : 0;
        const double length = static_cast<double>(steps) * std::sqrt(static_cast<double>(dy * dy + dx * dx));
        sum += degrees / 180 * static_cast<double>(met) / length;
    }
    return sum * M_PI / 2;
}

TEST(phantom, has_the_crack_perimeter_of_its_truth) {
    for (phantom_source phantom : phantoms({3, 1500, 1600})) {
        // Dead ends taper to nothing; the larger all cracks are, the less of them the voxels lose.
        phantom.pores = 0;
        for (double* length : {&phantom.islet_diameter, &phantom.crack_width_collector, &phantom.crack_width_separator,
                               &phantom.fine_crack_width})
            *length *= 4;
        const phantom_truth truth = truth_of(phantom);
        const auto scan = open_phantom(phantom);
        const double counted = crofton_perimeter(read(*scan, {{1, 0, 0}, {2, 1500, 1600}}), 105);
        EXPECT_NEAR(counted / truth.layer_crack_perimeter[1], 1, 0.02) << "seed " << phantom.seed;
    }
}

TEST(phantom, of_any_box_equals_that_part_of_the_whole) {
    for (phantom_source phantom : phantoms({14, 40, 90})) {
        phantom.islet_diameter = 25;
        phantom.pores = std::min<index_t>(phantom.pores, 2);
        phantom.pore_radius = 1.5;
        phantom.noise_sigma = 9;
        for (const double blur : {0.0, 0.8}) {
            phantom.blur_sigma = blur;
            const auto scan = open_phantom(phantom);
            const grey8 all = read(*scan, whole(phantom.shape));
            for (const box3& box : {box3{{0, 0, 0}, {14, 40, 1}}, box3{{3, 7, 11}, {4, 8, 12}},
                                    box3{{5, 0, 31}, {14, 39, 90}}, box3{{0, 13, 0}, {7, 14, 90}}}) {
                const grey8 part = read(*scan, box);
                for (index_t z = box.lo.z; z < box.hi.z; ++z)
                    for (index_t y = box.lo.y; y < box.hi.y; ++y)
                        ASSERT_TRUE(std::equal(&all(z, y, box.lo.x), &all(z, y, box.lo.x) + box.extent().x,
                                               &part(z - box.lo.z, y - box.lo.y, 0)))
                            << "seed " << phantom.seed << ", blur " << blur << ", row " << z << ' ' << y;
            }
        }
    }
}

TEST(phantom, without_cracks_is_solid) {
    for (const double width : {0.0, 8.0}) {
        phantom_source phantom;
        phantom.shape = {5, 200, 210};
        phantom.crack_width_collector = phantom.crack_width_separator = width;
        phantom.cracked_share = width > 0 ? 0 : 1;
        const phantom_truth truth = truth_of(phantom);
        EXPECT_EQ(truth.crack_fraction, 0);
        EXPECT_TRUE(std::isnan(truth.crack_surface_per_volume));
        EXPECT_EQ(crack_share(read_all(phantom), phantom), 0);
    }
}

TEST(phantom, is_all_crack_where_cracks_are_wider_than_islets) {
    phantom_source phantom;
    phantom.shape = {4, 50, 60};
    phantom.crack_width_collector = phantom.crack_width_separator = 500;
    EXPECT_EQ(truth_of(phantom).crack_fraction, 1);
    EXPECT_EQ(truth_of(phantom).crack_surface_per_volume, 0);
    EXPECT_EQ(crack_share(read_all(phantom), phantom), 1);
}

TEST(phantom, has_any_extent) {
    for (const extent3& shape : {extent3{1, 1, 1}, extent3{1, 30, 1}, extent3{1, 1, 300}, extent3{50, 1, 1}}) {
        phantom_source phantom;
        phantom.shape = shape;
        phantom.blur_sigma = 1.5;
        phantom.noise_sigma = 300;
        const grey8 grey = read_all(phantom);
        EXPECT_EQ(grey.extent(), shape);
        EXPECT_GE(truth_of(phantom).crack_fraction, 0);
        EXPECT_LE(truth_of(phantom).crack_fraction, 1);
    }
    const auto scan = open_phantom({});
    EXPECT_EQ(read(*scan, {{3, 3, 3}, {3, 4, 4}}).voxels(), 0);
    EXPECT_THROW(scan->read({{0, 0, 0}, {65, 1, 1}}), internal_error);
}

TEST(phantom, noise_is_normal_and_free_of_bias) {
    phantom_source phantom;
    phantom.shape = {20, 100, 101};
    phantom.crack_width_collector = phantom.crack_width_separator = 0;
    phantom.noise_sigma = 12;
    const grey8 grey = read_all(phantom);
    const auto count = static_cast<double>(grey.voxels());
    double sum = 0;
    double squares = 0;
    double neighbours = 0;
    for (std::size_t i = 0; i < grey.values().size(); ++i) {
        const double off = grey.values()[i] - 150.0;
        sum += off;
        squares += off * off;
        neighbours += i > 0 ? off * (grey.values()[i - 1] - 150.0) : 0;
    }
    EXPECT_NEAR(sum / count, 0, 4 * 12 / std::sqrt(count));
    EXPECT_NEAR(squares / count, 144 + 1.0 / 12, 4 * 144 * std::sqrt(2 / count));
    EXPECT_NEAR(neighbours / count, 0, 4 * 144 / std::sqrt(count));
}

TEST(phantom, blur_keeps_the_mean_grey) {
    phantom_source phantom;
    phantom.shape = {16, 300, 300};
    const auto mean = [](const grey8& grey) {
        double sum = 0;
        for (const std::uint8_t level : grey.values())
            sum += level;
        return sum / static_cast<double>(grey.voxels());
    };
    const double sharp = mean(read_all(phantom));
    phantom.blur_sigma = 1.2;
    EXPECT_NEAR(mean(read_all(phantom)), sharp, 0.5);
}

TEST(pores, stay_inside_the_solid_and_apart) {
    const phantom_source phantom = phantoms({48, 300, 320})[3];
    const std::vector<pore> pores = pores_of(phantom);
    ASSERT_EQ(std::ssize(pores), phantom.pores);
    phantom_source without = phantom;
    without.pores = 0;
    const grey8 cracks = read_all(without);
    const double reach = phantom.pore_radius;
    for (const pore& p : pores) {
        EXPECT_TRUE(p.z >= reach && p.z + reach <= 48 && p.y >= reach && p.y + reach <= 300 && p.x >= reach &&
                    p.x + reach <= 320);
        for (const pore& other : pores)
            EXPECT_TRUE(&p == &other || std::hypot(p.z - other.z, p.y - other.y, p.x - other.x) >= 2 * reach + 2);
        for (auto z = static_cast<index_t>(p.z - reach); z < static_cast<index_t>(p.z + reach); ++z)
            for (auto y = static_cast<index_t>(p.y - reach); y < static_cast<index_t>(p.y + reach); ++y)
                EXPECT_EQ(cracks(z, y, static_cast<index_t>(p.x)), 150);
    }
}

TEST(pores, alone_have_the_volume_and_surface_of_spheres) {
    phantom_source phantom;
    phantom.shape = {60, 200, 200};
    phantom.islet_diameter = 90;
    phantom.crack_width_collector = phantom.crack_width_separator = 0;
    phantom.pores = 40;
    phantom.pore_radius = 6;
    const phantom_truth truth = truth_of(phantom);
    EXPECT_NEAR(truth.crack_fraction, 40 * 4.0 / 3 * M_PI * 216 / (60.0 * 200 * 200), 1e-12);
    EXPECT_NEAR(truth.crack_surface_per_volume, 3.0 / 6, 1e-9);
    EXPECT_NEAR(crack_share(read_all(phantom), phantom) / truth.crack_fraction, 1, 0.02);
}

TEST(pores, without_room_are_an_error) {
    phantom_source phantom;
    phantom.pores = 100000;
    EXPECT_THROW(open_phantom(phantom), input_error);
    phantom.pores = 1;
    phantom.pore_radius = 40;
    EXPECT_THROW(open_phantom(phantom), input_error);
}

double share_of(const grey8& grey, std::uint8_t level) {
    return static_cast<double>(std::ranges::count(grey.values(), level)) / static_cast<double>(grey.voxels());
}

TEST(shells, cover_the_faces_of_cracks_with_the_volume_of_their_truth) {
    for (phantom_source phantom : phantoms({24, 500, 600})) {
        const phantom_truth without = truth_of(phantom);
        phantom.shell_thickness = 3;
        const phantom_truth truth = truth_of(phantom);
        const grey8 grey = read_all(phantom);
        EXPECT_DOUBLE_EQ(truth.crack_fraction, without.crack_fraction);
        EXPECT_GT(truth.shell_fraction, 0);
        EXPECT_NEAR(share_of(grey, 110) / truth.shell_fraction, 1, 0.01) << "seed " << phantom.seed;
        EXPECT_NEAR(share_of(grey, 60) / truth.crack_fraction, 1, 0.01) << "seed " << phantom.seed;
    }
}

TEST(shells, on_straight_cracks_are_as_thick_as_stated_on_both_faces) {
    // Thin against the islets, a shell's volume is its thickness times the faces of the cracks.
    phantom_source phantom;
    phantom.shape = {4, 3000, 3000};
    phantom.islet_diameter = 300;
    phantom.crack_width_collector = phantom.crack_width_separator = 4;
    const phantom_truth cracks = truth_of(phantom);
    phantom.shell_thickness = 0.01;
    const double faces = cracks.layer_crack_perimeter.front();
    EXPECT_NEAR(truth_of(phantom).shell_fraction / (faces * phantom.shell_thickness), 1, 1e-3);
}

TEST(shells, of_any_box_equal_that_part_of_the_whole) {
    phantom_source phantom = phantoms({20, 90, 80})[1];
    phantom.shell_thickness = 2.5;
    phantom.blur_sigma = 0.8;
    const grey8 all = read_all(phantom);
    const box3 box{{3, 17, 29}, {12, 66, 71}};
    const grey8 part = std::get<grey8>(open_phantom(phantom)->read(box));
    for (index_t z = 0; z < part.extent().z; ++z)
        for (index_t y = 0; y < part.extent().y; ++y)
            for (index_t x = 0; x < part.extent().x; ++x)
                ASSERT_EQ(part(z, y, x), all(z + 3, y + 17, x + 29));
}

TEST(bubbles, lie_whole_in_the_separator_with_the_volume_of_their_truth) {
    phantom_source phantom;
    phantom.shape = {120, 160, 180};
    phantom.stack = phantom_stack{};
    phantom.stack->separator.tilt_y = 0.05;
    phantom.stack->fibres = 6;
    phantom.stack->bubbles = 15;
    phantom.stack->bubble_radius = 8;
    phantom.stack->bubble_grey = 0;
    const grey8 grey = read_all(phantom);
    // A voxel that a bubble's face cuts has part of the gas; the electrolyte is at 60 and cracks are too.
    double gas = 0;
    for (const std::uint8_t level : grey.values())
        gas += level < 60 ? (60.0 - level) / 60 : 0;
    const double truth = truth_of(phantom).bubble_volume;
    EXPECT_DOUBLE_EQ(truth, 15 * 4.0 / 3 * M_PI * 512);
    EXPECT_NEAR(gas / truth, 1, 0.02);
    phantom.stack->bubble_radius = 60;
    EXPECT_THROW(open_phantom(phantom), input_error);
}

TEST(phantom, parameters_out_of_range_are_named) {
    phantom_source phantom;
    phantom.cracked_share = 1.0000001;
    try {
        open_phantom(phantom);
        FAIL() << "accepted a share above 1";
    } catch (const input_error& problem) {
        EXPECT_EQ(problem.where(), "cracked_share");
        EXPECT_EQ(problem.found(), "1.0000001");
        EXPECT_EQ(problem.accepted(), "0 to 1");
    }
    phantom = {};
    phantom.blur_sigma = std::nan("");
    EXPECT_THROW(open_phantom(phantom), input_error);
    phantom = {};
    phantom.shape.y = 0;
    EXPECT_THROW(truth_of(phantom), input_error);
}

}  // namespace
}  // namespace tomosweep::phantom_test
