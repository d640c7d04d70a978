#include "tile_slopes.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "tomosweep/kernels/row_bits.hpp"
#include "vector_paths.hpp"

namespace tomosweep::detail {
namespace {

using word = std::uint64_t;
typedef class_t row_of_classes __attribute__((vector_size(tile_slopes::edge)));  // NOLINT(modernize-use-using)

constexpr index_t margin = 8, step_y = tile_slopes::edge + 2 * margin, step_z = step_y * (tile_slopes::edge + 2);
constexpr index_t rows_at_once = 8;
typedef word rows_of_bits __attribute__((vector_size(8 * rows_at_once)));  // NOLINT(modernize-use-using)
/// Of every voxel at most all neighbours but one are parted.
constexpr std::size_t most_partings = 25 * tile_slopes::edge * rows_at_once;

constexpr int neighbours = 27, itself = 13;
constexpr int step(int i, int axis) {
    return (axis == 0 ? i / 9 : axis == 1 ? i / 3 % 3 : i % 3) - 1;
}
constexpr int distance_sq(int i) {
    return step(i, 0) * step(i, 0) + step(i, 1) * step(i, 1) + step(i, 2) * step(i, 2);
}
constexpr index_t padded_offset(int i) {
    return step(i, 0) * step_z + step(i, 1) * step_y + step(i, 2);
}

template <connectivity Adjacency>
constexpr bool connects(int i) {
    return i != itself && (Adjacency == connectivity::twentysix || distance_sq(i) == 1);
}

/// Whether two of the 26 neighbours are neighbours of each other.
constexpr bool touch(int i, int j) {
    const auto near = [&](int axis) { return std::abs(step(i, axis) - step(j, axis)) <= 1; };
    return i != j && near(0) && near(1) && near(2);
}

/// Whether two of the 6 neighbours lie in one square with the voxel itself, whose fourth voxel is i + j - itself.
constexpr bool share_square(int i, int j) {
    return i != j && i + j != 2 * itself;
}

[[gnu::always_inline]] inline void load(const class_t* from, row_of_classes& classes) {
    std::memcpy(&classes, from, sizeof classes);
}

/// Bits of the voxels of a row whose neighbour i is lower, where of two equal ones the earlier counts as lower.
[[gnu::always_inline]] inline word lower(const class_t* here, int i) {
    row_of_classes own, there;
    load(here, own);
    load(here + padded_offset(i), there);
    const auto higher = i < itself ? there > own : there >= own;
    std::array<class_t, tile_slopes::edge> marks;
    std::memcpy(marks.data(), &higher, sizeof higher);
    return word_bits(marks.data(), {0, 0});
}

template <connectivity Adjacency>
[[gnu::always_inline]] inline void find_lowest(const class_t* here, std::uint8_t* numbers) {
    row_of_classes best, lowest;
    std::memset(&best, class_outside, sizeof best);
    std::memset(&lowest, itself, sizeof lowest);
#pragma GCC unroll 27
    for (int i = 0; i < neighbours; ++i) {
        if (i != itself && !connects<Adjacency>(i))
            continue;
        row_of_classes there;
        load(here + padded_offset(i), there);
        const row_of_classes number = row_of_classes{} + static_cast<class_t>(i);
        const auto less = there < best;
        best = less ? there : best;
        lowest = less ? number : lowest;
    }
    std::memcpy(numbers, &lowest, sizeof lowest);
}

/// A mask per neighbour, of several rows.
using neighbour_bits = std::array<rows_of_bits, neighbours>;

/// Spreads what is reached of the lower neighbours to those that hang together with it, once forward and once back:
/// with 26 neighbours across their contacts, with 6 across the fourth voxel of a square if that is lower, too.
template <connectivity Adjacency>
[[gnu::always_inline]] inline void spread(const neighbour_bits& low, neighbour_bits& reached) {
#pragma GCC unroll 54
    for (int turn = 0; turn < 2 * neighbours; ++turn) {
        const int i = turn < neighbours ? turn : 2 * neighbours - 1 - turn;
        if (!connects<Adjacency>(i))
            continue;
        rows_of_bits from = reached[static_cast<std::size_t>(i)];
#pragma GCC unroll 27
        for (int j = 0; j < neighbours; ++j) {
            if (!connects<Adjacency>(j))
                continue;
            if (Adjacency == connectivity::twentysix && touch(i, j))
                from |= reached[static_cast<std::size_t>(j)];
            if (Adjacency == connectivity::six && share_square(i, j))
                from |= reached[static_cast<std::size_t>(j)] & low[static_cast<std::size_t>(i + j - itself)];
        }
        reached[static_cast<std::size_t>(i)] = from & low[static_cast<std::size_t>(i)];
    }
}

/// One neighbour of every voxel: which voxels have one, and its number bit by bit.
struct chosen_neighbours {
    alignas(64) std::array<word, rows_at_once> any{};
    std::array<std::array<word, rows_at_once>, 5> bits{};
};

/// Chooses the first lower neighbour that is not reached, and takes it for reached. False when there is none.
template <connectivity Adjacency>
[[gnu::always_inline]] inline bool choose(const neighbour_bits& low, neighbour_bits& reached,
                                          chosen_neighbours& chosen) {
    rows_of_bits any{};
    std::array<rows_of_bits, 5> bits{};
#pragma GCC unroll 27
    for (int i = 0; i < neighbours; ++i) {
        if (!connects<Adjacency>(i))
            continue;
        const auto at = static_cast<std::size_t>(i);
        const rows_of_bits first = low[at] & ~reached[at] & ~any;
        any |= first;
        reached[at] |= first;
        for (std::size_t bit = 0; bit < bits.size(); ++bit)
            if ((i >> bit & 1) != 0)
                bits[bit] |= first;
    }
    std::memcpy(&chosen.any, &any, sizeof any);
    std::memcpy(&chosen.bits, &bits, sizeof bits);
    word all = 0;
    for (const word each : chosen.any)
        all |= each;
    return all != 0;
}

/// What is found of some rows, one below the other.
struct found_rows {
    std::uint8_t* lowest;
    word* inside;
    word* sinks;
    tile_slopes::parting* partings;  ///< where the next one goes
};

inline tile_slopes::parting* list(const chosen_neighbours& chosen, const class_t* first, index_t rows,
                                  std::int32_t place, tile_slopes::parting* out) {
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r)
        for (word some = chosen.any[r]; some != 0; some &= some - 1) {
            const auto x = static_cast<std::int32_t>(std::countr_zero(some));
            unsigned neighbour = 0;
            for (std::size_t bit = 0; bit < chosen.bits.size(); ++bit)
                neighbour |= static_cast<unsigned>(chosen.bits[bit][r] >> x & 1) << bit;
            const auto y = static_cast<std::int32_t>(r);
            *out++ = {place + y * std::int32_t{tile_slopes::row} + x, static_cast<std::uint8_t>(neighbour),
                      first[y * step_y + x]};
        }
    return out;
}

/// Fills in row r; false when it has no voxel inside.
template <connectivity Adjacency>
[[gnu::always_inline]] inline bool compare_row(const class_t* here, index_t r, const found_rows& found,
                                               std::array<std::array<word, rows_at_once>, neighbours>& low,
                                               std::array<std::array<word, rows_at_once>, neighbours>& reached) {
    const word inside = word_bits(here, {0, class_background});
    found.inside[r] = inside;
    found.sinks[r] = 0;
    if (inside == 0)
        return false;
    std::uint8_t* const lowest = found.lowest + r * tile_slopes::row;
    find_lowest<Adjacency>(here, lowest);
    found.sinks[r] = inside & word_bits(lowest, {itself, itself});
#pragma GCC unroll 27
    for (int i = 0; i < neighbours; ++i) {
        // With 6 neighbours the fourth voxels of squares are asked for, too.
        if (i == itself || (Adjacency == connectivity::six && distance_sq(i) > 2))
            continue;
        const auto at = static_cast<std::size_t>(i), row = static_cast<std::size_t>(r);
        low[at][row] = inside & lower(here, i);
        if (connects<Adjacency>(i))
            reached[at][row] = inside & word_bits(lowest, {i, i});
    }
    return true;
}

template <connectivity Adjacency>
[[gnu::always_inline]] inline tile_slopes::parting* find_in_rows(const class_t* first, index_t rows, std::int32_t place,
                                                                 found_rows found) {
    std::array<std::array<word, rows_at_once>, neighbours> low_words{}, reached_words{};
    bool any_inside = false;
    for (index_t r = 0; r < rows; ++r)
        any_inside |= compare_row<Adjacency>(first + r * step_y, r, found, low_words, reached_words);
    if (!any_inside)
        return found.partings;
    neighbour_bits low, reached;
    std::memcpy(&low, &low_words, sizeof low);
    std::memcpy(&reached, &reached_words, sizeof reached);
    chosen_neighbours chosen;
    while (true) {
        spread<Adjacency>(low, reached);
        if (!choose<Adjacency>(low, reached, chosen))
            return found.partings;
        found.partings = list(chosen, first, rows, place, found.partings);
    }
}

TOMOSWEEP_VECTOR_PATHS tile_slopes::parting* find_with_6(const class_t* first, index_t rows, std::int32_t place,
                                                         found_rows found) {
    return find_in_rows<connectivity::six>(first, rows, place, found);
}
TOMOSWEEP_VECTOR_PATHS tile_slopes::parting* find_with_26(const class_t* first, index_t rows, std::int32_t place,
                                                          found_rows found) {
    return find_in_rows<connectivity::twentysix>(first, rows, place, found);
}

constexpr std::array<std::int32_t, neighbours> make_offsets() {
    std::array<std::int32_t, neighbours> offsets{};
    for (int i = 0; i < neighbours; ++i)
        offsets[static_cast<std::size_t>(i)] =
            static_cast<std::int32_t>(step(i, 0) * tile_slopes::plane + step(i, 1) * tile_slopes::row + step(i, 2));
    return offsets;
}

}  // namespace

constexpr std::array<std::int32_t, 27> tile_slopes::offsets = make_offsets();

index_t tile_slopes::padded_place(index_t z, index_t y) {
    return (z + 1) * step_z + (y + 1) * step_y + margin;
}

void tile_slopes::pad(view3<const class_t> classes, int phases) {
    const extent3 extent = classes.extent();
    padded_.resize(std::max(padded_.size(), static_cast<std::size_t>(step_z * (extent.z + 2))));
    std::fill_n(padded_.begin(), step_z * (extent.z + 2), class_outside);
    for (index_t z = 0; z < extent.z; ++z)
        for (index_t y = 0; y < extent.y; ++y) {
            const class_t* const from = classes.row(z, y);
            class_t* const to = padded_.data() + padded_place(z, y);
            for (index_t x = 0; x < extent.x; ++x)
                to[x] = from[x] < phases ? from[x] : class_outside;
        }
}

void tile_slopes::find(view3<const class_t> classes, int phases, connectivity adjacency) {
    pad(classes, phases);
    lowest_.resize(std::max(lowest_.size(), places_of(classes.extent())));
    inside_.resize(static_cast<std::size_t>(plane));
    sinks_.resize(static_cast<std::size_t>(plane));
    partings_found_ = 0;
    const auto find_rows = adjacency == connectivity::six ? find_with_6 : find_with_26;
    for (index_t z = 0; z < classes.extent().z; ++z)
        for (index_t y = 0; y < classes.extent().y; y += rows_at_once) {
            if (partings_.size() < partings_found_ + most_partings)
                partings_.resize(2 * partings_found_ + most_partings);
            parting* const next = partings_.data() + partings_found_;
            const index_t rows = std::min(rows_at_once, classes.extent().y - y), line = z * edge + y;
            const parting* const end =
                find_rows(padded_.data() + padded_place(z, y), rows, static_cast<std::int32_t>(line * row),
                          {lowest_.data() + line * row, inside_.data() + line, sinks_.data() + line, next});
            partings_found_ += static_cast<std::size_t>(end - next);
        }
}

}  // namespace tomosweep::detail
