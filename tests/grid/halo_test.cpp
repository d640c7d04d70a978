#include "tomosweep/grid/halo.hpp"

#include <gtest/gtest.h>

#include <random>

#include "support/filled_box.hpp"
#include "support/zero_pages.hpp"

namespace tomosweep::halo_test {
namespace {

std::uint32_t value_at(const index3& index) {
    return static_cast<std::uint32_t>(index.z * 10007 + index.y * 101 + index.x);
}

array3<std::uint32_t> filled(const box3& box) {
    return support::filled(box, value_at);
}

void expect_filled(const array3<std::uint32_t>& voxels, const box3& box) {
    ASSERT_EQ(voxels.extent(), box.extent());
    const array3<std::uint32_t> expected = filled(box);
    EXPECT_TRUE(std::ranges::equal(voxels.values(), expected.values()));
}

const extent3 volumes[] = {{13, 9, 7}, {1, 1, 1}, {2, 3, 40}, {5, 1, 2}};

TEST(halo, brings_the_neighbours_voxels_even_from_beyond_thin_blocks) {
    const auto ranks = communicator::world();
    for (const extent3& volume : volumes)
        for (const extent3 grid : {choose_grid(volume, ranks.size()), extent3{1, 1, ranks.size()}}) {
            const domain shared(ranks, decomposition(volume, grid));
            const array3<std::uint32_t> own = filled(shared.own());
            for (const index_t depth : {0, 1, 2, 5, 50}) {
                const extent3 margin{depth, depth / 2, depth};
                const box3 wanted = grown(shared.own(), margin, whole(volume));
                expect_filled(fetch(shared, own.view(), wanted), wanted);
            }
        }
}

TEST(halo, any_wish_of_any_rank_is_served) {
    const auto ranks = communicator::world();
    const unsigned seed = 20u + static_cast<unsigned>(ranks.rank());
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const extent3 volume{11, 8, 6};
    const domain shared(ranks, volume);
    const array3<std::uint32_t> own = filled(shared.own());
    for (int repeat = 0; repeat < 20; ++repeat) {
        const auto pick = [&](index_t n) { return static_cast<index_t>(random() % static_cast<unsigned>(n + 1)); };
        const box3 wanted{{pick(11), pick(8), pick(6)}, {pick(11), pick(8), pick(6)}};
        expect_filled(fetch(shared, own.view(), wanted), wanted);
    }
}

TEST(halo, a_block_of_more_than_2_to_the_32_voxels_gives_its_last_ones) {
    // The block exists as addresses only: nothing but its last voxels ever takes memory.
    const auto ranks = communicator::world();
    const extent3 extent{3, 40000, 40000};
    const extent3 volume{3 * ranks.size(), 40000, 40000};
    const domain shared(ranks, decomposition(volume, {ranks.size(), 1, 1}));
    const support::zero_pages<std::uint8_t> own(extent);
    const index3 last = extent - index3{1, 1, 1};
    own.view()[last] = static_cast<std::uint8_t>(ranks.rank() + 1);
    const int next = (ranks.rank() + 1) % ranks.size();
    const index3 there{3 * next + 2, 39999, 39999};
    const auto brought = fetch(shared, view3<const std::uint8_t>(own.view()), {there, there + index3{1, 1, 1}});
    EXPECT_EQ(brought(0, 0, 0), next + 1);
}

}  // namespace
}  // namespace tomosweep::halo_test
