#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "row_reader.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep::detail {

/// One row of voxels as bit masks, a mask per phase: bit i of word w is the voxel 64 w + i - 1 of the own box, for the
/// first one is the voxel before it. A word more before and behind holds nothing.
class bit_row {
public:
    /// The bit of `near` for all that is in no phase.
    static constexpr std::uint64_t elsewhere = std::uint64_t{1} << 63;
    static constexpr int most_phases = 63;

    /// Copies of row_size() bytes will be taken over, of which `voxels` are meant.
    bit_row(index_t voxels, std::size_t row_size, int phases);

    void read(const row_reader& reader, index_t z, index_t y);
    index_t words() const { return words_; }
    /// Whether any voxel lies in a phase.
    bool any() const { return any_; }
    /// Bit k: class k is among the 64 voxels of each word, the one before and the one behind.
    const std::uint64_t* near() const { return planes_.data() + 1; }
    /// Voxels inside the region.
    const std::uint64_t* known() const { return near() + (words_ + 2); }
    /// Voxels of phase k.
    const std::uint64_t* phase(int k) const { return known() + (k + 1) * (words_ + 2); }

private:
    index_t words_;
    int phases_;
    bool any_ = false;
    std::vector<class_t> classes_;
    std::vector<std::uint64_t> planes_;
};

/// The five rows around (z, y) that a pair or a cube of voxels beginning in it reaches: itself, (0, 1), (1, -1), (1, 0)
/// and (1, 1).
using half_block = std::array<const bit_row*, 5>;

/// Counts what begins at the voxels of a row, phase by phase, 64 voxels at a time: pairs, squares and cubes of voxels
/// p + {0, 1}^3. Phases that are alike around a word, for no voxel there has a class between, cost nothing.
///
/// A vertex, an edge or a face of a phase may begin one voxel before the volume, so the rows, layers and voxels at -1
/// are counted, too; nothing is there but what they begin.
class bit_counts {
public:
    /// As change_sums: voxels, 13 transitions by half_directions, both Euler numbers.
    static constexpr std::size_t figures = 16;
    using change = std::array<std::int64_t, figures>;

    explicit bit_counts(int phases) : changes_(static_cast<std::size_t>(phases)) {}

    /// Adds a row, whose voxels [first, end) of the bit rows begin something.
    void add_row(const half_block& rows, index_t first, index_t end);
    /// What phase k has more than phase k - 1.
    const change& of(std::size_t k) const { return changes_[k]; }
    /// The voxels of one class that have been added since the last call.
    std::int64_t take_voxels(std::size_t k);

private:
    std::vector<change> changes_;
};

}  // namespace tomosweep::detail
