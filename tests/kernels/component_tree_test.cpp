#include "tomosweep/kernels/component_tree.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <set>

#include "oracle/component_tree.hpp"
#include "support/class_volumes.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::component_tree_test {
namespace {

using support::class_case;

constexpr std::array adjacencies = {connectivity::six, connectivity::twentysix};

component_curves whole_curves(const class_case& volume, connectivity adjacency, axis depth) {
    const extent3 extent = volume.classes.extent();
    component_curves curves(volume.phases);
    const boundary_tree left =
        grow(volume.classes.view(), whole(extent), {extent, volume.phases, adjacency, depth}, curves);
    EXPECT_TRUE(left.nodes.empty()) << "a whole volume has no open face";
    return curves;
}

/// Grows the boxes of a random grid, and joins slabs, then rows, then boxes, in random order, by way of bytes.
class grid_joiner {
public:
    grid_joiner(const class_case& volume, component_problem problem, std::uint64_t seed)
        : volume_(volume), problem_(problem), random_(seed), curves_(volume.phases) {}

    component_curves joined() {
        const boundary_tree left = joined(whole(problem_.whole), 0);
        EXPECT_TRUE(left.nodes.empty());
        return curves_;
    }

private:
    boundary_tree joined(const box3& box, int direction) {
        if (direction == 3) {
            component_curves settled(problem_.phases);
            const boundary_tree tree = grow(volume_.classes.view().part(box), box, problem_, settled);
            curves_ += settled;
            return unpack(pack(tree));
        }
        const auto normal = static_cast<axis>(direction);
        const auto cuts = support::random_cuts(random_, along(box.extent(), normal), 4);
        std::vector<boundary_tree> parts;
        for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
            box3 part = box;
            along(part.lo, normal) = along(box.lo, normal) + cuts[i];
            along(part.hi, normal) = along(box.lo, normal) + cuts[i + 1];
            parts.push_back(joined(part, direction + 1));
        }
        while (parts.size() > 1) {
            const auto at = support::random_between(random_, 0, static_cast<index_t>(parts.size()) - 2);
            auto& a = parts[static_cast<std::size_t>(at)];
            auto& b = parts[static_cast<std::size_t>(at + 1)];
            a = at % 2 == 0 ? join(std::move(a), std::move(b), curves_) : join(std::move(b), std::move(a), curves_);
            parts.erase(parts.begin() + at + 1);
        }
        return std::move(parts.front());
    }

    const class_case& volume_;
    component_problem problem_;
    std::mt19937_64 random_;
    component_curves curves_;
};

TEST(component_tree, every_phase_equals_its_flood_fill) {
    int turn = 0;
    for (const class_case& volume : support::class_cases(3000))
        for (const connectivity adjacency : adjacencies) {
            SCOPED_TRACE(volume.story);
            const axis depth = static_cast<axis>(++turn % 3);
            const auto counts = whole_curves(volume, adjacency, depth).counts();
            const int step = volume.phases > 100 ? 23 : 1;
            for (int k = 0; k < volume.phases; k += step)
                EXPECT_EQ(counts[static_cast<std::size_t>(k)],
                          oracle::components(volume.classes.view(), k, adjacency, depth))
                    << "phase " << k << ", " << neighbours(adjacency) << " neighbours";
        }
}

TEST(component_tree, joined_boxes_equal_the_whole_volume) {
    std::uint64_t seed = 0;
    for (const class_case& volume : support::class_cases(4000))
        for (const connectivity adjacency : adjacencies) {
            SCOPED_TRACE(volume.story + ", " + std::to_string(neighbours(adjacency)) + " neighbours");
            const axis depth = static_cast<axis>(++seed % 3);
            const component_problem problem{volume.classes.extent(), volume.phases, adjacency, depth};
            EXPECT_EQ(grid_joiner(volume, problem, seed).joined(), whole_curves(volume, adjacency, depth));
        }
}

TEST(component_tree, tiles_of_a_larger_block_join_to_the_flood_fill) {
    for (const int phases : {1, 3, 200})
        for (const connectivity adjacency : adjacencies) {
            const class_case volume = support::random_classes({66, 130, 35}, phases, 0.2, 77);
            SCOPED_TRACE(volume.story + ", " + std::to_string(neighbours(adjacency)) + " neighbours");
            const auto counts = whole_curves(volume, adjacency, axis::y).counts();
            for (const int k : std::set{0, phases / 2, phases - 1})
                EXPECT_EQ(counts[static_cast<std::size_t>(k)],
                          oracle::components(volume.classes.view(), k, adjacency, axis::y));
        }
}

TEST(component_tree, does_not_depend_on_the_number_of_threads) {
    const class_case volume = support::random_classes({70, 131, 66}, 254, 0.5, 78);
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    const component_curves one = whole_curves(volume, connectivity::twentysix, axis::z);
    omp_set_num_threads(5);
    const component_curves five = whole_curves(volume, connectivity::twentysix, axis::z);
    omp_set_num_threads(threads);
    EXPECT_EQ(one, five);
}

TEST(component_tree, spanning_needs_a_single_component_on_both_ends) {
    class_case volume = support::uniform_classes({1, 1, 9}, 3, 0);
    volume.classes(0, 0, 4) = 2;
    const auto counts = whole_curves(volume, connectivity::six, axis::x).counts();
    EXPECT_EQ(counts[1], (component_counts{2, 4, 0}));
    EXPECT_EQ(counts[2], (component_counts{1, 9, 1}));
}

TEST(component_tree, a_corner_contact_connects_26_and_not_6) {
    class_case volume = support::uniform_classes({2, 2, 2}, 1, class_background);
    volume.classes(0, 0, 1) = volume.classes(1, 1, 0) = 0;
    EXPECT_EQ(whole_curves(volume, connectivity::six, axis::z).counts()[0], (component_counts{2, 1, 0}));
    EXPECT_EQ(whole_curves(volume, connectivity::twentysix, axis::z).counts()[0], (component_counts{1, 2, 1}));
}

/// The tree of a cube with all faces open.
boundary_tree tree_of_cube(const class_case& volume, connectivity adjacency) {
    const extent3 extent = volume.classes.extent();
    const box3 box{{1, 1, 1}, index3{1, 1, 1} + index3{extent.z, extent.y, extent.x}};
    component_curves curves(volume.phases);
    return grow(volume.classes.view(), box,
                {{extent.z + 2, extent.y + 2, extent.x + 2}, volume.phases, adjacency, axis::z}, curves);
}

TEST(component_tree, a_packed_boundary_tree_grows_with_the_open_surface_and_not_with_the_volume) {
    constexpr index_t edge = 28;
    for (const double roughness : {0.05, 1.0})
        for (const int phases : {1, 3, 20})
            for (const connectivity adjacency : adjacencies) {
                std::size_t before = 0;
                for (const index_t n : {edge, 2 * edge}) {
                    const class_case volume = support::random_classes({n, n, n}, phases, roughness, 79);
                    SCOPED_TRACE(volume.story);
                    const boundary_tree tree = tree_of_cube(volume, adjacency);
                    const auto open = static_cast<std::size_t>(6 * n * n);
                    EXPECT_LE(tree.nodes.size(), open * static_cast<std::size_t>(phases))
                        << "every node has an open voxel at or below it";
                    EXPECT_LE(pack(tree).size(), 256 + 4 * open + 16 * tree.nodes.size());
                    if (before > 100) {  // fewer are a matter of chance
                        EXPECT_LE(tree.nodes.size(), 5 * before) << "four times the surface, eight times the volume";
                    }
                    before = tree.nodes.size();
                }
            }
}

TEST(component_tree, a_join_forgets_what_only_touched_the_seam) {
    const class_case volume = support::random_classes({8, 30, 60}, 2, 1.0, 80);
    const component_problem problem{{9, 30, 60}, 2, connectivity::six, axis::z};
    const box3 left{{0, 0, 0}, {8, 30, 30}}, right{{0, 0, 30}, {8, 30, 60}};
    component_curves curves(2);
    const auto at = [&](const box3& box) { return grow(volume.classes.view().part(box), box, problem, curves); };
    const boundary_tree both = join(at(left), at(right), curves);
    std::size_t entries = 0;
    for (const auto& face : both.faces)
        entries += face.size();
    EXPECT_EQ(entries, 30U * 60U) << "only the layer above the boxes is unknown";
    EXPECT_LE(both.nodes.size(), 2 * entries);
    EXPECT_EQ(both.nodes.size(), at({{0, 0, 0}, {8, 30, 60}}).nodes.size()) << "as if it had never been cut";
}

TEST(component_tree, refuses_boxes_that_share_no_face_and_bytes_that_are_cut) {
    const class_case volume = support::uniform_classes({4, 4, 4}, 1, 0);
    const component_problem problem{{9, 9, 9}, 1, connectivity::six, axis::z};
    component_curves curves(1);
    const auto at = [&](index3 lo) { return grow(volume.classes.view(), {lo, lo + index3{4, 4, 4}}, problem, curves); };
    EXPECT_THROW(join(at({0, 0, 0}), at({5, 0, 0}), curves), internal_error);
    EXPECT_THROW(join(at({0, 0, 0}), at({4, 1, 0}), curves), internal_error);
    auto bytes = pack(at({0, 0, 0}));
    bytes.pop_back();
    EXPECT_THROW(unpack(bytes), internal_error);
}

TEST(component_tree, components_of_more_than_2_to_the_32_voxels_are_counted_and_sent_whole) {
    // The voxels of two large halves are entered by hand: only their sums matter.
    const class_case half = support::uniform_classes({2, 3, 3}, 1, 0);
    const component_problem problem{{4, 3, 3}, 1, connectivity::six, axis::z};
    component_curves curves(1);
    std::vector<boundary_tree> halves;
    for (const index_t z : {0, 2}) {
        boundary_tree tree = grow(half.classes.view(), {{z, 0, 0}, {z + 2, 3, 3}}, problem, curves);
        ASSERT_EQ(tree.nodes.size(), 1U);
        tree.nodes.front().voxels += std::int64_t{3} << (32 + z);
        halves.push_back(unpack(pack(tree)));
    }
    join(halves[0], halves[1], curves);
    EXPECT_EQ(curves.counts().front(), (component_counts{1, 36 + (std::int64_t{15} << 32), 1}));
}

TEST(component_tree, a_box_far_beyond_2_to_the_32_voxels_grows_as_one_nearby) {
    const class_case volume = support::random_classes({70, 9, 70}, 5, 0.3, 17);
    const extent3 extent = volume.classes.extent();
    const index3 far{999999, 888888, 777777};
    for (const connectivity adjacency : adjacencies) {
        component_curves near_curves(5), far_curves(5);
        const boundary_tree near = grow(volume.classes.view(), {{1, 1, 1}, index3{1, 1, 1} + extent},
                                        {extent + index3{2, 2, 2}, 5, adjacency, axis::z}, near_curves);
        const boundary_tree beyond = grow(volume.classes.view(), {far, far + extent},
                                          {far + extent + index3{1, 1, 1}, 5, adjacency, axis::z}, far_curves);
        EXPECT_EQ(near_curves, far_curves) << volume.story;
        EXPECT_EQ(near.faces, beyond.faces) << volume.story;
        ASSERT_EQ(near.nodes.size(), beyond.nodes.size()) << volume.story;
        for (std::size_t i = 0; i < near.nodes.size(); ++i)
            EXPECT_EQ(near.nodes[i].voxels, beyond.nodes[i].voxels) << volume.story;
    }
}

}  // namespace
}  // namespace tomosweep::component_tree_test
