#include "tomosweep/grid/domain.hpp"

#include <array>
#include <limits>
#include <set>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

index_t cut(index_t voxels, index_t parts, index_t i) {
    // voxels * i may exceed 64 bits only beyond 2^31 voxels along an axis with 2^32 parts.
    return voxels * i / parts;
}

/// First block of `parts` whose upper cut lies above `voxel`.
index_t block_holding(index_t voxels, index_t parts, index_t voxel) {
    index_t block = voxels > 0 ? voxel * parts / voxels : 0;
    while (block > 0 && cut(voxels, parts, block) > voxel)
        --block;
    while (block + 1 < parts && cut(voxels, parts, block + 1) <= voxel)
        ++block;
    return block;
}

index_t block_extent(index_t voxels, index_t parts) {
    return (voxels + parts - 1) / parts;
}

/// Voxels of the largest block plus its weighted surface: what one rank computes and what it sends.
double cost_of(const extent3& volume, const extent3& grid) {
    constexpr double weight_z = 2.5, weight_y = 1, weight_x = 4;
    const auto z = static_cast<double>(block_extent(volume.z, grid.z));
    const auto y = static_cast<double>(block_extent(volume.y, grid.y));
    const auto x = static_cast<double>(block_extent(volume.x, grid.x));
    const double surface =
        (grid.z > 1 ? weight_z * y * x : 0) + (grid.y > 1 ? weight_y * z * x : 0) + (grid.x > 1 ? weight_x * z * y : 0);
    return z * y * x + surface;
}

std::set<index_t> divisors_of(index_t number) {
    std::set<index_t> divisors;
    for (index_t small = 1; small * small <= number; ++small)
        if (number % small == 0)
            divisors.insert({small, number / small});
    return divisors;
}

}  // namespace

index3 decomposition::position(int rank) const {
    const index_t r = rank;
    return {r / (ranks_.y * ranks_.x), r / ranks_.x % ranks_.y, r % ranks_.x};
}

box3 decomposition::box(int rank) const {
    const index3 at = position(rank);
    return box_of({at, at + index3{1, 1, 1}});
}

box3 decomposition::box_of(const box3& positions) const {
    box3 voxels;
    for (axis direction : {axis::z, axis::y, axis::x}) {
        const index_t extent = along(volume_, direction), parts = along(ranks_, direction);
        along(voxels.lo, direction) = cut(extent, parts, along(positions.lo, direction));
        along(voxels.hi, direction) = cut(extent, parts, along(positions.hi, direction));
    }
    return voxels;
}

box3 decomposition::positions_meeting(const box3& box) const {
    if (box.empty())
        return {};
    box3 positions;
    for (axis direction : {axis::z, axis::y, axis::x}) {
        const index_t extent = along(volume_, direction), parts = along(ranks_, direction);
        along(positions.lo, direction) = block_holding(extent, parts, along(box.lo, direction));
        along(positions.hi, direction) = block_holding(extent, parts, along(box.hi, direction) - 1) + 1;
    }
    return positions;
}

extent3 choose_grid(const extent3& volume, int ranks) {
    extent3 best{ranks, 1, 1};
    double least = std::numeric_limits<double>::infinity();
    const std::set<index_t> divisors = divisors_of(ranks);
    for (const index_t z : divisors)
        for (const index_t y : divisors) {
            if (ranks / z % y != 0)
                continue;
            const extent3 grid{z, y, ranks / z / y};
            if (const double cost = cost_of(volume, grid); cost < least) {
                least = cost;
                best = grid;
            }
        }
    return best;
}

domain::domain(const communicator& ranks, const decomposition& blocks, step_ledger* ledger)
    : ranks_(&ranks), ledger_(ledger), blocks_(blocks), own_(blocks.box(ranks.rank())) {
    require(blocks.ranks() == ranks.size(), "a domain has one block per rank");
}

}  // namespace tomosweep
