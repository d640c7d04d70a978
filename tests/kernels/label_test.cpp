#include "tomosweep/kernels/label.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <map>

#include "oracle/label.hpp"
#include "support/phase_volumes.hpp"

namespace tomosweep::label_test {
namespace {

constexpr connectivity both[] = {connectivity::six, connectivity::twentysix};

/// A block in the middle of a larger volume.
struct placement {
    box3 box;
    extent3 whole_extent;
};
placement placed(const extent3& extent) {
    const index3 lo{3, 5, 2};
    return {{lo, lo + extent}, lo + extent + index3{1, 4, 7}};
}

std::vector<std::uint64_t> values(const array3<std::uint64_t>& labels) {
    return {labels.values().begin(), labels.values().end()};
}

TEST(label, equals_flooding_for_every_connectivity) {
    for (const support::named_volume& volume : support::small_volumes())
        for (const connectivity adjacency : both) {
            const placement at = placed(volume.classes.extent());
            const auto view = volume.classes.view();
            EXPECT_EQ(values(label_components(view, 1, adjacency, at.box, at.whole_extent)),
                      values(oracle::label_components(view, 1, adjacency, at.box, at.whole_extent)))
                << volume.name << ", " << neighbours(adjacency) << " neighbours";
        }
}

TEST(label, a_block_far_beyond_2_to_the_32_voxels_keeps_its_global_labels) {
    const extent3 extent{5, 6, 70};
    const extent3 whole_extent{300000, 200000, 100000};
    const auto volume = support::noise(extent, 0.5, 0.1, 91);
    for (const index3 lo : {index3{1, 0, 0}, index3{299995, 199994, 99930}})
        for (const connectivity adjacency : both) {
            const box3 box{lo, lo + extent};
            const auto labels = label_components(volume.classes.view(), 1, adjacency, box, whole_extent);
            EXPECT_EQ(values(labels),
                      values(oracle::label_components(volume.classes.view(), 1, adjacency, box, whole_extent)));
            EXPECT_GT(*std::ranges::max_element(labels.values()), std::uint64_t{1} << 34);
        }
}

TEST(label, does_not_depend_on_the_number_of_threads) {
    const int usual = omp_get_max_threads();
    for (const support::named_volume& volume : support::small_volumes())
        for (const connectivity adjacency : both) {
            const placement at = placed(volume.classes.extent());
            omp_set_num_threads(1);
            const auto alone = label_components(volume.classes.view(), 1, adjacency, at.box, at.whole_extent);
            for (const int threads : {2, 3, 7}) {
                omp_set_num_threads(threads);
                EXPECT_EQ(values(label_components(volume.classes.view(), 1, adjacency, at.box, at.whole_extent)),
                          values(alone))
                    << volume.name << ", " << threads << " threads";
            }
        }
    omp_set_num_threads(usual);
}

TEST(label, components_list_every_label_with_its_voxels) {
    for (const support::named_volume& volume : support::small_volumes()) {
        const placement at = placed(volume.classes.extent());
        const block_components found(volume.classes.view(), 1, connectivity::six, at.box, at.whole_extent);
        std::map<std::uint64_t, index_t> expected;
        for (const std::uint64_t label :
             values(oracle::label_components(volume.classes.view(), 1, connectivity::six, at.box, at.whole_extent)))
            if (label != 0)
                ++expected[label];
        std::vector<component> listed;
        for (const auto& [label, voxels] : expected)
            listed.push_back({label, voxels});
        EXPECT_EQ(found.components(), listed) << volume.name;
    }
}

TEST(label, a_serpentine_is_one_component_and_a_checkerboard_is_dust) {
    const extent3 extent{9, 9, 129};
    const box3 box = whole(extent);
    const auto serpentine = support::serpentine(extent);
    EXPECT_EQ(block_components(serpentine.classes.view(), 0, connectivity::six, box, extent).components().size(), 1U);
    const auto dust = support::checkerboard(extent);
    EXPECT_EQ(block_components(dust.classes.view(), 0, connectivity::six, box, extent).components().size(),
              static_cast<std::size_t>((voxel_count(extent) + 1) / 2));
    EXPECT_EQ(block_components(dust.classes.view(), 0, connectivity::twentysix, box, extent).components().size(), 1U);
}

TEST(label, faces_of_a_block_can_be_written_alone) {
    const auto volume = support::noise({6, 7, 131}, 0.4, 0.1, 5);
    const extent3 extent = volume.classes.extent();
    const block_components found(volume.classes.view(), 1, connectivity::twentysix, whole(extent), extent);
    const auto all = label_components(volume.classes.view(), 1, connectivity::twentysix, whole(extent), extent);
    const box3 parts[] = {
        {{0, 0, 0}, {1, 7, 131}}, {{0, 6, 0}, {6, 7, 131}}, {{0, 0, 130}, {6, 7, 131}}, {{2, 1, 60}, {4, 3, 70}}};
    for (const box3& part : parts) {
        array3<std::uint64_t> labels(part.extent());
        found.write_labels(part, labels.view());
        oracle::for_each_voxel(part.extent(), [&](const index3& at) {
            const index3 in_block = part.lo + at;
            EXPECT_EQ(labels(at.z, at.y, at.x), all(in_block.z, in_block.y, in_block.x));
        });
    }
}

TEST(label, accepts_a_view_into_a_larger_array) {
    const auto volume = support::noise({8, 9, 90}, 0.45, 0, 9);
    const box3 box{{1, 2, 3}, {7, 8, 80}};
    const auto part = volume.classes.view().part(box);
    EXPECT_EQ(values(label_components(part, 1, connectivity::six, box, volume.classes.extent())),
              values(oracle::label_components(part, 1, connectivity::six, box, volume.classes.extent())));
}

}  // namespace
}  // namespace tomosweep::label_test
