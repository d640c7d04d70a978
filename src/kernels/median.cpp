#include "tomosweep/kernels/median.hpp"

#include <algorithm>
#include <array>
#include <limits>
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
    explicit window_values(index_t) { clear(); }
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

/// The values of a float window; nothing to slide.
template <>
class window_values<float> {
public:
    explicit window_values(index_t width) : values(static_cast<std::size_t>(width * width * width)) {}
    std::vector<float> values;
};

template <>
void median_row<float>(const std::vector<const float*>& rows, const window_map& map, index_t width,
                       window_values<float>& window, std::span<float> out) {
    std::vector<float>& values = window.values;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    for (std::size_t x = 0; x < out.size(); ++x) {
        auto next = values.begin();
        for (const float* row : rows)
            for (std::size_t k = 0; k < static_cast<std::size_t>(width); ++k)
                *next++ = row[map.x[x + k]];
        std::nth_element(values.begin(), middle, values.end());
        out[x] = *middle;
    }
}

}  // namespace

template <class T>
array3<T> median_filter(view3<const T> grey, const box3& grey_box, const box3& wanted, const extent3& whole_extent,
                        index_t radius) {
    require(radius >= 0, "the radius of a median is not negative");
    const box3 needed = grown(wanted, median_halo(radius), whole(whole_extent));
    require(intersection(needed, grey_box) == needed, "the block holds the wanted box and its halo");
    const extent3 extent = wanted.extent();
    array3<T> result(extent);
    if (wanted.empty())
        return result;
    const window_map map = mirrored_window(wanted, median_halo(radius), whole_extent, grey_box.lo);
    const index_t width = 2 * radius + 1;
#pragma omp parallel
    {
        window_values<T> window(width);
#pragma omp for collapse(2) schedule(static)
        for (index_t z = 0; z < extent.z; ++z)
            for (index_t y = 0; y < extent.y; ++y)
                median_row<T>(window_rows(grey, map, z, y, width), map, width, window,
                              {&result(z, y, 0), static_cast<std::size_t>(extent.x)});
    }
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
