#include "tomosweep/io/phantom_truth.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tomosweep::phantom_truth_test {
namespace {

constexpr window2 window{{0, 0}, {20, 50}};

/// A side facing (y, x) at `offset` along it.
boundary side(double y, double x, double offset, boundary_kind kind, std::uint64_t line = 1, bool upper = false) {
    return {{y, x}, offset, kind, line, upper};
}

TEST(layer_measure, of_two_islets_and_one_straight_plate) {
    const std::vector<solid_piece> pieces{{{side(0, 1, 30, boundary_kind::plate)}, window},
                                          {{side(0, -1, -30, boundary_kind::plate, 1, true)}, window}};
    const layer_measure layer = measure_layer(pieces, window, {6, 0});
    EXPECT_DOUBLE_EQ(layer.solid_area, 20 * (50 - 6));
    EXPECT_DOUBLE_EQ(layer.plate_edges, 2 * 20);
    EXPECT_DOUBLE_EQ(layer.straight_edges, 0);
}

TEST(layer_measure, of_an_oblique_plate) {
    // x + y = 30 with width 4: an edge of length 20 sqrt(2) on either side, and 4 sqrt(2) voxels of crack per row.
    const double h = std::sqrt(0.5);
    const std::vector<solid_piece> pieces{{{side(h, h, 30 * h, boundary_kind::plate)}, window},
                                          {{side(-h, -h, -30 * h, boundary_kind::plate, 1, true)}, window}};
    const layer_measure layer = measure_layer(pieces, window, {4, 0});
    EXPECT_NEAR(layer.solid_area, 20 * (50 - 4 * std::sqrt(2.0)), 1e-9);
    EXPECT_NEAR(layer.plate_edges, 2 * 20 * std::sqrt(2.0), 1e-9);
}

TEST(layer_measure, of_pieces_that_touch_has_no_edges) {
    for (const boundary_kind kind : {boundary_kind::joined, boundary_kind::plate}) {
        const std::vector<solid_piece> pieces{{{side(0, 1, 30, kind)}, window},
                                              {{side(0, -1, -30, kind, 1, true)}, window}};
        const layer_measure layer = measure_layer(pieces, window, {0, 3});
        EXPECT_DOUBLE_EQ(layer.solid_area, 20 * 50);
        EXPECT_DOUBLE_EQ(layer.plate_edges + layer.straight_edges, 0);
    }
}

TEST(layer_measure, counts_the_dead_end_of_a_crack) {
    // The right half is parted at y = 8 by a plate of width 5, which ends at the uncracked line x = 30.
    const std::vector<solid_piece> pieces{
        {{side(0, 1, 30, boundary_kind::joined, 1)}, window},
        {{side(0, -1, -30, boundary_kind::joined, 1, true), side(1, 0, 8, boundary_kind::plate, 2)}, window},
        {{side(0, -1, -30, boundary_kind::joined, 1, true), side(-1, 0, -8, boundary_kind::plate, 2, true)}, window}};
    const layer_measure layer = measure_layer(pieces, window, {5, 0});
    EXPECT_DOUBLE_EQ(layer.solid_area, 20 * 50 - 5 * 20);
    EXPECT_DOUBLE_EQ(layer.plate_edges, 2 * 20);
    EXPECT_DOUBLE_EQ(layer.straight_edges, 5);
}

/// Area and perimeter of the cracks grow together: d(area)/d(width) is half the length of the edges while no corner
/// moves, and never more. A plate network without dead ends ties the two witnesses of one truth together.
TEST(truth, edge_length_is_the_growth_of_crack_area) {
    phantom_source phantom;
    phantom.shape = {1, 400, 500};
    const auto at_width = [&](double width) {
        phantom.crack_width_collector = phantom.crack_width_separator = width;
        return truth_of(phantom);
    };
    const double step = 1e-4;
    const double growth = (at_width(5 + step).crack_fraction - at_width(5 - step).crack_fraction) / (2 * step);
    EXPECT_NEAR(growth / (at_width(5).layer_crack_perimeter[0] / 2), 1, 1e-6);
}

TEST(truth, of_tilted_plates_counts_their_slope) {
    phantom_source phantom;
    phantom.shape = {2, 200, 200};
    phantom.islet_diameter = 100;
    phantom.crack_width_collector = 2;
    phantom.crack_width_separator = 10;
    const phantom_truth truth = truth_of(phantom);
    const double flat = (truth.layer_crack_perimeter[0] + truth.layer_crack_perimeter[1]) / 2;
    // The width grows by 4 per layer, so each face leans by 2 voxels per voxel of height.
    EXPECT_NEAR(truth.crack_surface_per_volume * truth.crack_fraction / flat, std::sqrt(1 + 4.0), 1e-12);
}

TEST(truth, of_pieces_covers_the_plane_once) {
    phantom_source phantom;
    phantom.fine_crack_width = 1e-3;
    phantom.fine_crack_share = 1;
    phantom.cracked_share = 0;
    const window2 part{{-70.5, 13}, {160, 301}};
    const std::vector<solid_piece> pieces = pieces_in(phantom, part);
    const layer_measure layer = measure_layer(pieces, part, {0, 0});
    EXPECT_NEAR(layer.solid_area / (230.5 * 288), 1, 1e-12);
    EXPECT_NEAR(layer.plate_edges, 0, 0);
}

}  // namespace
}  // namespace tomosweep::phantom_truth_test
