#include "tomosweep/grid/domain.hpp"

#include <gtest/gtest.h>

namespace tomosweep::domain_test {
namespace {

TEST(decomposition, worked_example_of_the_header_holds) {
    const decomposition blocks({5, 4, 3}, {2, 1, 2});
    EXPECT_EQ(blocks.box(0), (box3{{0, 0, 0}, {2, 4, 1}}));
    EXPECT_EQ(blocks.box(1), (box3{{0, 0, 1}, {2, 4, 3}}));
    EXPECT_EQ(blocks.box(3), (box3{{2, 0, 1}, {5, 4, 3}}));
}

TEST(decomposition, blocks_cover_every_voxel_once_whatever_the_extents) {
    for (const extent3 volume : {extent3{7, 5, 3}, extent3{1, 1, 1}, extent3{2, 1, 9}, extent3{64, 33, 17}})
        for (const extent3 grid : {extent3{1, 1, 1}, extent3{2, 3, 1}, extent3{3, 2, 4}, extent3{1, 1, 11}}) {
            const decomposition blocks(volume, grid);
            index_t covered = 0;
            for (int a = 0; a < blocks.ranks(); ++a) {
                covered += blocks.box(a).voxels();
                for (int b = 0; b < a; ++b)
                    EXPECT_TRUE(intersection(blocks.box(a), blocks.box(b)).empty());
            }
            EXPECT_EQ(covered, voxel_count(volume));
        }
}

TEST(decomposition, blocks_of_a_million_gigavoxels_hold_every_voxel_once) {
    const extent3 volume{100000, 100003, 99999};
    const decomposition blocks(volume, choose_grid(volume, 10000));
    index_t covered = 0;
    for (int rank = 0; rank < blocks.ranks(); ++rank) {
        const box3 box = blocks.box(rank);
        covered += box.voxels();
        const box3 owners = blocks.positions_meeting({box.hi - index3{1, 1, 1}, box.hi});
        EXPECT_EQ(owners.voxels(), 1);
        EXPECT_EQ(blocks.rank_at(owners.lo), rank);
    }
    EXPECT_EQ(covered, voxel_count(volume));
}

TEST(decomposition, positions_meeting_a_box_hold_all_its_owners) {
    const decomposition blocks({7, 5, 3}, {3, 2, 5});
    for (index_t z = 0; z < 7; ++z)
        for (index_t y = 0; y < 5; ++y)
            for (index_t x = 0; x < 3; ++x) {
                const box3 positions = blocks.positions_meeting({{z, y, x}, {z + 1, y + 1, x + 1}});
                ASSERT_EQ(positions.voxels(), 1);
                EXPECT_TRUE(blocks.box(blocks.rank_at(positions.lo)).contains({z, y, x}));
            }
}

TEST(choose_grid, prefers_equal_blocks_whole_rows_and_whole_columns_along_z) {
    EXPECT_EQ(choose_grid({100, 100, 100}, 1), (extent3{1, 1, 1}));
    EXPECT_EQ(choose_grid({100, 100, 100}, 2), (extent3{1, 2, 1}));
    EXPECT_EQ(choose_grid({100, 100, 100}, 7), (extent3{1, 7, 1}));
    EXPECT_EQ(choose_grid({3, 100, 100}, 4).z, 1);
    EXPECT_EQ(choose_grid({400, 3, 100}, 4), (extent3{4, 1, 1}));
    const extent3 many = choose_grid({1000, 1000, 1000}, 512);
    EXPECT_EQ(voxel_count(many), 512);
    EXPECT_GE(many.y, many.z);
    EXPECT_GE(many.z, many.x);
}

}  // namespace
}  // namespace tomosweep::domain_test
