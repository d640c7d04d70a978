#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep::detail {

/// Voxels that are looked at together along x.
inline constexpr int chunk = 64;

/// The nine rows around the row (z, y): [3 * (dz + 1) + dy + 1]. Entry x + 1 is voxel x. `known` has class 0 where
/// `classes` has class_outside.
struct row_block {
    std::array<const class_t*, 9> classes;
    std::array<const class_t*, 9> known;
};

/// What every voxel adds to the figures of the phases that hold it, summed by its class.
///
/// Let the voxels of a volume join one after the other, by class and in raster order within a class. What a voxel then
/// changes depends on its 26 neighbours alone: which of them are there already. A figure of phase k is the sum of the
/// changes by all voxels of classes <= k.
class change_sums {
public:
    /// A voxel, its 13 transitions by half_directions, both Euler numbers.
    static constexpr std::size_t figures = 16;
    static constexpr std::size_t classes = 256;
    using change = std::array<std::int64_t, figures>;

    /// Whether any of the voxels [0, voxels) of a row has a class < phases, so that add_row() would add something.
    static bool concerned(const class_t* row, index_t voxels, int phases);
    /// Adds the voxels [0, voxels) of the middle row whose classes are < phases. The rows are readable one voxel before
    /// and up to the next full chunk and one voxel more.
    void add_row(const row_block& rows, index_t voxels, int phases);
    /// The sums so far of one class.
    const change& of(std::size_t value) const { return wide_[value]; }
    /// The voxels of one class that have been added since the last call.
    std::int64_t take_voxels(std::size_t value);
    /// Completes what the other functions see.
    void flush();

private:
    void add_chunk(const row_block& rows, int voxels, int phases);

    /// 16 bits keep the sums in the first-level cache; two copies keep runs of one class from waiting for themselves.
    alignas(64) std::array<std::array<std::array<std::int16_t, figures>, classes>, 2> narrow_{};
    std::array<change, classes> wide_{};
    int since_flush_ = 0;
};

}  // namespace tomosweep::detail
