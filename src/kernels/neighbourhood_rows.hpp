#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep::detail {

/// Voxels that are looked at together along x.
inline constexpr int chunk = 64;

/// Four rows of classes around one row of neighbourhoods: [0] (z-1, y-1), [1] (z-1, y), [2] (z, y-1), [3] (z, y).
/// Entry x + 1 of a row is the voxel at anchor x, entry x the voxel before it.
using row_quad = std::array<const class_t*, 4>;

/// Names one voxel of a 2x2x2 neighbourhood: a row of a row_quad, and whether it is the voxel before the anchor.
struct corner {
    int row = 0;
    int back = 0;
};
struct corner_pair {
    corner from, to;
};

/// The two voxels of every direction inside the 2x2x2 neighbourhood that they span.
constexpr std::array<corner_pair, 13> direction_corners() {
    std::array<corner_pair, 13> pairs{};
    for (std::size_t d = 0; d < pairs.size(); ++d) {
        const index3 step = half_directions[d];
        const auto place = [&](bool end) {
            const auto low = [&](index_t component) { return component != 0 && (component > 0) != end ? 1 : 0; };
            return corner{3 - 2 * low(step.z) - low(step.y), low(step.x)};
        };
        pairs[d] = {place(false), place(true)};
    }
    return pairs;
}

/// Histograms over classes, one for every kind of neighbourhood. 32-bit entries keep them in the first-level cache.
class neighbourhood_histograms {
public:
    using wide = std::array<std::int64_t, 256>;

    /// Counts the neighbourhoods of anchors [0, anchors); the rows are readable up to the next full chunk.
    void count_row(const row_quad& rows, index_t anchors, int phases);
    /// Moves the voxels of classes < phases counted since the last call into `table`.
    void flush_voxels(std::int64_t* table, int phases);
    /// Moves the other 32-bit counts into the 64-bit ones; due before 2^31 neighbourhoods have been counted.
    void flush();
    /// Adds what another thread has counted and flushed.
    neighbourhood_histograms& operator+=(const neighbourhood_histograms& other);

    struct totals {
        std::array<wide, 13> pair_low{};      ///< minimum over the pairs of a direction, unknown voxels included
        std::array<wide, 13> pair_unknown{};  ///< the known class of pairs with exactly one unknown voxel
        wide vertices{};                      ///< minimum over 2x2x2
        wide edges{};                         ///< minimum over 2x2, three orientations
        wide squares{};                       ///< maximum over 2x2, three orientations
        wide cubes{};                         ///< maximum over 2x2x2
    };
    const totals& counted() const { return totals_; }

private:
    static constexpr int kinds = 22;  // 13 pairs, vertex, 3 edges, cube, 3 squares, voxel
    using row_of_chunk = std::array<class_t, chunk>;

    void count_chunk(const row_quad& rows, int anchors, int phases);
    void fill(const row_quad& rows);
    void count_by_comparing(int first, int last);
    void count_by_value();
    void move(int kind, std::int64_t* to, int classes);
    void count_unknown(const row_quad& rows, int anchors);

    alignas(64) std::array<std::array<std::uint32_t, 256>, kinds> narrow_{};
    alignas(64) std::array<row_of_chunk, kinds> values_{};
    totals totals_;
    index_t since_flush_ = 0;
};

}  // namespace tomosweep::detail
