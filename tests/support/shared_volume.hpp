#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "support/phase_volumes.hpp"
#include "tomosweep/core/array.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep::support {

/// Grids of ranks that cut a volume in different ways: the chosen one, along each axis alone, and mixed.
inline std::vector<extent3> grids_of(const extent3& volume, int ranks) {
    std::vector<extent3> grids = {choose_grid(volume, ranks), {ranks, 1, 1}, {1, ranks, 1}, {1, 1, ranks}};
    if (ranks % 4 == 0)
        grids.push_back({2, ranks / 4, 2});
    if (ranks % 2 == 0)
        grids.push_back({1, 2, ranks / 2});
    std::set<std::tuple<index_t, index_t, index_t>> seen;
    std::erase_if(grids, [&](const extent3& grid) { return !seen.insert({grid.z, grid.y, grid.x}).second; });
    return grids;
}

inline std::string name_of(const extent3& extent) {
    return std::to_string(extent.z) + " x " + std::to_string(extent.y) + " x " + std::to_string(extent.x);
}

/// Volumes for every grid: few, since each is cut in many ways, but of every kind, and many thinner than the grid.
inline std::vector<named_volume> shared_volumes() {
    std::vector<named_volume> volumes;
    volumes.push_back(noise({7, 9, 11}, 0.5, 0, 31));
    volumes.push_back(noise({5, 3, 70}, 0.9, 0.08, 32));
    volumes.push_back(noise({9, 8, 7}, 0.97, 0, 33));
    volumes.push_back(noise({1, 13, 9}, 0.6, 0.3, 34));
    volumes.push_back(noise({11, 1, 1}, 0.5, 0.1, 35));
    volumes.push_back(noise({1, 1, 70}, 0.9, 0, 36));
    volumes.push_back(blobs({12, 11, 13}, 6, 7, 37));
    volumes.push_back(checkerboard({3, 4, 5}));
    for (const class_t value : {class_t{0}, class_background, class_outside})
        volumes.push_back(filled({4, 5, 6}, value));
    volumes.push_back(filled({1, 1, 1}, 0));
    return volumes;
}

/// The voxels of `box` as an array of their own.
template <class T>
array3<T> part_of(const array3<T>& volume, const box3& box) {
    array3<T> part(box.extent());
    copy(volume.view().part(box), part.view());
    return part;
}

/// The own block, one voxel too wide on the last rank.
inline array3<class_t> wrong_block(const domain& grid) {
    extent3 extent = grid.own().extent();
    if (grid.ranks().rank() == grid.ranks().size() - 1)
        ++extent.x;
    return array3<class_t>(extent, 0);
}

/// The volume that `make` returns on rank 0, on every rank: what is expected is worked out once, not once per rank of a
/// machine with few cores. Collective.
template <class Make>
auto made_once(const communicator& ranks, const Make& make) {
    using volume = std::invoke_result_t<Make>;
    volume made = ranks.root() ? make() : volume();
    std::vector extent{made.extent()};
    ranks.broadcast(extent);
    std::vector values(made.values().begin(), made.values().end());
    ranks.broadcast(values);
    if (!ranks.root()) {
        made = volume(extent.front());
        std::ranges::copy(values, made.values().begin());
    }
    return made;
}

/// Fails unless `block` holds the voxels of `expected` in the rank's own box.
template <class T>
void expect_own_part(const domain& grid, view3<const T> block, const array3<T>& expected) {
    ASSERT_EQ(block.voxels(), grid.own().voxels());
    const array3<T> part = part_of(expected, grid.own());
    EXPECT_TRUE(std::equal(part.data(), part.data() + part.voxels(), block.data()));
}
template <class T>
void expect_own_part(const domain& grid, const array3<T>& block, const array3<T>& expected) {
    expect_own_part(grid, block.view(), expected);
}

/// Calls test(domain) for every grid of the ranks.
template <class Test>
void on_all_grids(const communicator& ranks, const extent3& volume, const Test& test) {
    for (const extent3& grid : grids_of(volume, ranks.size())) {
        SCOPED_TRACE("volume " + name_of(volume) + " on ranks " + name_of(grid));
        test(domain(ranks, decomposition(volume, grid)));
    }
}

}  // namespace tomosweep::support
