#include "label_graph.hpp"

#include <gtest/gtest.h>

namespace tomosweep::label_graph_test {
namespace {

TEST(label_graph, labels_beyond_2_to_the_40_fall_to_the_smallest_of_their_component) {
    // A volume of 10^16 voxels that nobody holds: the graph is all there is. Every block has two components; the first
    // touch along the ranks, the second touch nothing.
    const auto ranks = communicator::world();
    const domain grid(ranks, decomposition({200000, 200000, 250000}, {ranks.size(), 1, 1}));
    const auto label = [&](int rank, index_t step) {
        const index3 voxel = grid.blocks().box(rank).hi - index3{1, 1, 1 + step};
        return static_cast<std::uint64_t>(linear_index(voxel, grid.volume())) + 1;
    };
    const int own = ranks.rank();
    std::vector<touching_pair> pairs;
    if (own > 0)
        pairs.push_back({label(own, 1), label(own - 1, 1)});
    if (own + 1 < ranks.size())
        pairs.push_back({label(own, 1), label(own + 1, 1)});
    const std::vector<std::uint64_t> labels{label(own, 1), label(own, 0)};
    EXPECT_GT(labels.front(), std::uint64_t{1} << 40);
    EXPECT_EQ(smallest_connected(grid, labels, pairs), (std::vector<std::uint64_t>{label(0, 1), label(own, 0)}));
}

}  // namespace
}  // namespace tomosweep::label_graph_test
