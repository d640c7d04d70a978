// One block of more than 2^32 voxels through the kernels that count and label. The volume is zeros that take no memory;
// bits and runs take 0.6 GB.
#include <gtest/gtest.h>

#include "support/zero_pages.hpp"
#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/label.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"

namespace tomosweep::large_kernels_test {
namespace {

/// A block of phase with three holes of one voxel and, near its end, a hollow hole: a shell of background around one
/// phase voxel, whose index exceeds 2^32.
class holed_block {
public:
    holed_block() : pages_(extent) {
        for (const index3& hole : {index3{1, 1, 1}, index3{800, 900, 1000}, index3{1619, 1630, 1638}})
            pages_.view()[hole] = class_background;
        for (index_t z = -1; z <= 1; ++z)
            for (index_t y = -1; y <= 1; ++y)
                for (index_t x = -1; x <= 1; ++x)
                    if (z != 0 || y != 0 || x != 0)
                        pages_.view()[inmost + index3{z, y, x}] = class_background;
    }
    view3<const class_t> classes() const { return pages_.view(); }

    static constexpr extent3 extent{1621, 1632, 1640};
    static constexpr index3 inmost{1615, 1600, 1600};
    static constexpr index_t holes = 3, shell = 26;
    static constexpr index_t voxels = voxel_count(extent) - holes - shell;
    static_assert(voxels > index_t{1} << 32 && linear_index(inmost, extent) > index_t{1} << 32);

private:
    support::zero_pages<class_t> pages_;
};

TEST(large_block, neighbourhoods_of_more_than_2_to_the_32_voxels_are_counted) {
    const holed_block block;
    const extent3 extent = holed_block::extent;
    const depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(extent.z), 0), 1};
    const auto counts = neighbourhood(block.classes(), whole(extent), whole(extent), extent, 1, depth).phase(0);
    EXPECT_EQ(counts.voxels, holed_block::voxels);
    EXPECT_EQ(counts.depth_voxels, std::vector<std::int64_t>{holed_block::voxels});
    // A hole of one voxel has one pair on either side in every direction; the shell has 9 outside ones on either side
    // where it is flat, and 2 inside.
    EXPECT_EQ(counts.transitions[0], 2 * holed_block::holes + 2 * 9 + 2);
    EXPECT_EQ(counts.transitions[2], 2 * holed_block::holes + 2 * 9 + 2);
    // One body with four cavities, and the body inside the last of them.
    EXPECT_EQ(counts.euler_6, 1 + holed_block::holes + 1 + 1);
    EXPECT_EQ(counts.euler_26, counts.euler_6);
}

TEST(large_block, components_of_more_than_2_to_the_32_voxels_are_counted) {
    const holed_block block;
    const extent3 extent = holed_block::extent;
    for (const connectivity adjacency : {connectivity::six, connectivity::twentysix}) {
        component_curves curves(1);
        grow(block.classes(), whole(extent), {extent, 1, adjacency, axis::z}, curves);
        EXPECT_EQ(curves.counts().front(), (component_counts{2, holed_block::voxels - 1, 1}));
    }
}

TEST(large_block, labels_beyond_2_to_the_32_are_given) {
    const holed_block block;
    const extent3 extent = holed_block::extent;
    const block_components found(block.classes(), 0, connectivity::twentysix, whole(extent), extent);
    const auto label = static_cast<std::uint64_t>(linear_index(holed_block::inmost, extent)) + 1;
    EXPECT_EQ(found.components(), (std::vector<component>{{1, holed_block::voxels - 1}, {label, 1}}));
    const index3 one{1, 1, 1};
    array3<std::uint64_t> labels({3, 3, 3});
    found.write_labels({holed_block::inmost - one, holed_block::inmost + index3{2, 2, 2}}, labels.view());
    for (index_t i = 0; i < labels.voxels(); ++i)
        EXPECT_EQ(labels.data()[i], i == 13 ? label : 0);
}

}  // namespace
}  // namespace tomosweep::large_kernels_test
