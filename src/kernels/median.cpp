#include "tomosweep/kernels/median.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/border.hpp"

namespace tomosweep {
namespace {

/// Multiset of grey levels of an integer type that finds the value of a rank in a few dozen steps: counts per level,
/// per 16 levels, per 256 levels and so on.
template <class T>
class window_values {
public:
    window_values() { clear(); }
    void clear() { counts_.fill(0); }
    void add(T value) { change(value, 1); }
    void remove(T value) { change(value, static_cast<std::uint32_t>(-1)); }

    T of_rank(std::uint32_t rank) const {
        std::uint32_t node = 0;
        for (unsigned depth = 1; depth <= depths; ++depth) {
            node *= 16;
            for (const std::uint32_t* count = &counts_[first(depth) + node]; *count <= rank; ++count, ++node)
                rank -= *count;
        }
        return static_cast<T>(static_cast<std::int32_t>(node) + std::numeric_limits<T>::min());
    }

private:
    static constexpr unsigned depths = 2 * sizeof(T);
    /// Position of the counts of one depth: depth 1 has 16 of them, depth 2 has 256.
    static constexpr std::size_t first(unsigned depth) { return ((std::size_t{1} << (4 * depth)) - 16) / 15; }

    void change(T value, std::uint32_t by) {
        const auto level = static_cast<std::uint32_t>(static_cast<std::int32_t>(value) - std::numeric_limits<T>::min());
        for (unsigned depth = 1; depth <= depths; ++depth)
            counts_[first(depth) + (level >> (4 * (depths - depth)))] += by;
    }

    std::array<std::uint32_t, first(depths + 1)> counts_;
};

/// Rows of the window of one output row, top to bottom.
template <class T>
std::vector<const T*> window_rows(view3<const T> grey, const window_map& map, index_t z, index_t y, index_t width) {
    std::vector<const T*> rows;
    for (index_t k = 0; k < width; ++k)
        for (index_t j = 0; j < width; ++j)
            rows.push_back(grey.row(map.z[static_cast<std::size_t>(z + k)], map.y[static_cast<std::size_t>(y + j)]));
    return rows;
}

/// One output row of an integer volume: the window slides, one face of the cube enters and one leaves.
template <class T>
void median_row(const std::vector<const T*>& rows, const window_map& map, index_t width, window_values<T>& window,
                std::span<T> out) {
    const auto rank = static_cast<std::uint32_t>(width * width * width / 2);
    window.clear();
    for (index_t x = 0; x < width - 1; ++x)
        for (const T* row : rows)
            window.add(row[map.x[static_cast<std::size_t>(x)]]);
    for (std::size_t x = 0; x < out.size(); ++x) {
        const index_t entering = map.x[x + static_cast<std::size_t>(width) - 1];
        for (const T* row : rows)
            window.add(row[entering]);
        out[x] = window.of_rank(rank);
        for (const T* row : rows)
            window.remove(row[map.x[x]]);
    }
}

/// Float grey levels of one tile and its margins, replaced by their ranks among each other. Ranks keep the order, so
/// the median of ranks is the rank of the median, and ranks of a small enough tile are 16-bit integers, whose window
/// can slide.
class ranked_tile {
public:
    ranked_tile(view3<const float> grey, const window_map& map, const box3& tile, index_t radius)
        : width_(2 * radius + 1), ranks_(tile.extent() + extent3{2 * radius, 2 * radius, 2 * radius}) {
        const extent3 extent = ranks_.extent();
        std::vector<std::uint64_t> keys;
        keys.reserve(static_cast<std::size_t>(ranks_.voxels()));
        for (index_t z = 0; z < extent.z; ++z)
            for (index_t y = 0; y < extent.y; ++y) {
                const float* row = grey.row(map.z[place(tile.lo.z + z)], map.y[place(tile.lo.y + y)]);
                for (index_t x = 0; x < extent.x; ++x)
                    keys.push_back(std::uint64_t{ordered_bits(row[map.x[place(tile.lo.x + x)]])} << 16 | keys.size());
            }
        std::sort(keys.begin(), keys.end());
        for (std::size_t rank = 0; rank < keys.size(); ++rank) {
            ranks_.values()[keys[rank] & 0xFFFF] = static_cast<std::uint16_t>(rank);
            value_of_rank_.push_back(value_of(static_cast<std::uint32_t>(keys[rank] >> 16)));
        }
        for (index_t i = 0; i < std::max({extent.z, extent.y, extent.x}); ++i)
            itself_.z.push_back(i);
        itself_.y = itself_.x = itself_.z;
    }

    /// Writes the medians of one row of the tile, counted from the tile's corner.
    void median_row_of(index_t z, index_t y, window_values<std::uint16_t>& window, std::span<float> out) const {
        std::vector<std::uint16_t> medians(out.size());
        median_row<std::uint16_t>(window_rows(ranks_.view(), itself_, z, y, width_), itself_, width_, window, medians);
        std::transform(medians.begin(), medians.end(), out.begin(),
                       [this](std::uint16_t rank) { return value_of_rank_[rank]; });
    }

private:
    static constexpr std::uint32_t sign = 0x80000000U;
    static std::size_t place(index_t index) { return static_cast<std::size_t>(index); }
    /// Bits of a float, changed so that they order as integers like the floats do; and back.
    static std::uint32_t ordered_bits(float value) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        return (bits & sign) != 0 ? ~bits : bits | sign;
    }
    static float value_of(std::uint32_t bits) { return std::bit_cast<float>((bits & sign) != 0 ? bits ^ sign : ~bits); }

    index_t width_;
    array3<std::uint16_t> ranks_;
    std::vector<float> value_of_rank_;
    window_map itself_;  ///< the margins are part of the tile, so every voxel stands for itself
};

template <class T>
void fill_medians(view3<const T> grey, const window_map& map, index_t radius, array3<T>& result) {
    const extent3 extent = result.extent();
    const index_t width = 2 * radius + 1;
#pragma omp parallel
    {
        window_values<T> window;
#pragma omp for collapse(2) schedule(static)
        for (index_t z = 0; z < extent.z; ++z)
            for (index_t y = 0; y < extent.y; ++y)
                median_row<T>(window_rows(grey, map, z, y, width), map, width, window,
                              {&result(z, y, 0), static_cast<std::size_t>(extent.x)});
    }
}

template <>
void fill_medians<float>(view3<const float> grey, const window_map& map, index_t radius, array3<float>& result) {
    const extent3 extent = result.extent();
    // 40^3 voxels of tile and margins are the most that 16-bit ranks can tell apart.
    const index_t edge = 40 - 2 * radius;
#pragma omp parallel
    {
        window_values<std::uint16_t> window;
#pragma omp for collapse(3) schedule(dynamic)
        for (index_t z = 0; z < extent.z; z += edge)
            for (index_t y = 0; y < extent.y; y += edge)
                for (index_t x = 0; x < extent.x; x += edge) {
                    const box3 tile = intersection({{z, y, x}, {z + edge, y + edge, x + edge}}, whole(extent));
                    const ranked_tile ranked(grey, map, tile, radius);
                    for (index_t k = z; k < tile.hi.z; ++k)
                        for (index_t j = y; j < tile.hi.y; ++j)
                            ranked.median_row_of(k - z, j - y, window,
                                                 {&result(k, j, x), static_cast<std::size_t>(tile.hi.x - x)});
                }
    }
}

}  // namespace

template <class T>
array3<T> median_filter(view3<const T> grey, const box3& grey_box, const box3& wanted, const extent3& whole_extent,
                        index_t radius) {
    if (radius < 0 || radius > largest_median_radius)
        throw input_error("", "median_radius", std::to_string(radius), "0 to " + std::to_string(largest_median_radius));
    const box3 needed = grown(wanted, median_halo(radius), whole(whole_extent));
    require(intersection(needed, grey_box) == needed, "the block holds the wanted box and its halo");
    const extent3 extent = wanted.extent();
    array3<T> result(extent);
    if (wanted.empty())
        return result;
    const window_map map = mirrored_window(wanted, median_halo(radius), whole_extent, grey_box.lo);
    fill_medians(grey, map, radius, result);
    return result;
}

template array3<std::uint8_t> median_filter(view3<const std::uint8_t>, const box3&, const box3&, const extent3&,
                                            index_t);
template array3<std::uint16_t> median_filter(view3<const std::uint16_t>, const box3&, const box3&, const extent3&,
                                             index_t);
template array3<std::int16_t> median_filter(view3<const std::int16_t>, const box3&, const box3&, const extent3&,
                                            index_t);
template array3<float> median_filter(view3<const float>, const box3&, const box3&, const extent3&, index_t);

}  // namespace tomosweep
