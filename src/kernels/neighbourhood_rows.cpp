#include "neighbourhood_rows.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace tomosweep::detail {
namespace {

constexpr std::array<corner_pair, 13> pairs = direction_corners();
constexpr int vertex = 13;
constexpr int edge = 14;
constexpr int cube = 17;
constexpr int square = 18;
constexpr int voxel = 21;

/// Up to so many classes in a chunk, comparing whole vectors with each is faster than counting single values.
constexpr int few_classes = 8;

using span_of_chunk = const class_t* __restrict;

void lower(span_of_chunk a, span_of_chunk b, class_t* __restrict out) {
    for (int x = 0; x < chunk; ++x)
        out[x] = std::min(a[x], b[x]);
}

void higher(span_of_chunk a, span_of_chunk b, class_t* __restrict out) {
    for (int x = 0; x < chunk; ++x)
        out[x] = std::max(a[x], b[x]);
}

const class_t* at(const row_quad& rows, corner place) {
    return rows[static_cast<std::size_t>(place.row)] + 1 - place.back;
}

class_t lowest(const class_t* values) {
    class_t result = values[0];
    for (int x = 1; x < chunk; ++x)
        result = std::min(result, values[x]);
    return result;
}

class_t highest(const class_t* values) {
    class_t result = values[0];
    for (int x = 1; x < chunk; ++x)
        result = std::max(result, values[x]);
    return result;
}

/// How many values are <= k; at most 64, so that bytes hold the count.
class_t count_up_to(const class_t* values, class_t k) {
    class_t count = 0;
    for (int x = 0; x < chunk; ++x)
        count = static_cast<class_t>(count + (values[x] <= k));
    return count;
}

}  // namespace

void neighbourhood_histograms::fill(const row_quad& rows) {
    for (std::size_t d = 0; d < pairs.size(); ++d)
        lower(at(rows, pairs[d].from), at(rows, pairs[d].to), values_[d].data());

    // Plates of 2x2 voxels are spanned by two parallel pairs.
    alignas(64) row_of_chunk first, second;
    const auto plate = [&](auto pick, corner a, corner b, corner c, corner d, int kind) {
        pick(at(rows, a), at(rows, b), first.data());
        pick(at(rows, c), at(rows, d), second.data());
        pick(first.data(), second.data(), values_[static_cast<std::size_t>(kind)].data());
    };
    const auto plates = [&](auto pick, int flat, int solid) {
        plate(pick, {0, 1}, {1, 1}, {2, 1}, {3, 1}, flat);
        const row_of_chunk before = values_[static_cast<std::size_t>(flat)];
        plate(pick, {0, 0}, {1, 0}, {2, 0}, {3, 0}, flat);
        pick(before.data(), values_[static_cast<std::size_t>(flat)].data(),
             values_[static_cast<std::size_t>(solid)].data());
        plate(pick, {1, 1}, {1, 0}, {3, 1}, {3, 0}, flat + 1);
        plate(pick, {2, 1}, {2, 0}, {3, 1}, {3, 0}, flat + 2);
    };
    plates(lower, edge, vertex);
    plates(higher, square, cube);
    std::copy_n(rows[3] + 1, chunk, values_[voxel].data());
}

void neighbourhood_histograms::count_chunk(const row_quad& rows, int anchors, int phases) {
    fill(rows);
    for (auto& values : values_)
        std::fill(values.begin() + anchors, values.end(), class_outside);
    const int low = lowest(values_[vertex].data());
    if (low >= phases)
        return;
    const int high = highest(values_[cube].data());
    if (high == low)
        for (auto& histogram : narrow_)
            histogram[static_cast<std::size_t>(low)] += chunk;
    else if (const int last = std::min(high, phases - 1); last - low < few_classes)
        count_by_comparing(low, last);
    else
        count_by_value();
    if (high == class_outside)
        count_unknown(rows, anchors);
}

void neighbourhood_histograms::count_by_comparing(int first, int last) {
    for (std::size_t kind = 0; kind < kinds; ++kind) {
        std::uint32_t below = 0;
        for (int k = first; k <= last; ++k) {
            const std::uint32_t up_to = count_up_to(values_[kind].data(), static_cast<class_t>(k));
            narrow_[kind][static_cast<std::size_t>(k)] += up_to - below;
            below = up_to;
        }
    }
}

void neighbourhood_histograms::count_by_value() {
    // Eight values of one kind at a time: they often hit the same entry, so the processor overlaps them with the next
    // kind.
    for (int x = 0; x < chunk; x += 8)
        for (std::size_t kind = 0; kind < kinds; ++kind) {
            auto* const histogram = narrow_[kind].data();
            std::uint64_t word;
            std::memcpy(&word, values_[kind].data() + x, sizeof word);
            for (int byte = 0; byte < 8; ++byte)
                ++histogram[word >> (8 * byte) & 0xFFU];
        }
}

void neighbourhood_histograms::count_unknown(const row_quad& rows, int anchors) {
    for (int x = 0; x < anchors; ++x) {
        if (values_[cube][static_cast<std::size_t>(x)] != class_outside)
            continue;
        for (std::size_t d = 0; d < pairs.size(); ++d) {
            const class_t from = at(rows, pairs[d].from)[x];
            const class_t to = at(rows, pairs[d].to)[x];
            if ((from == class_outside) != (to == class_outside))
                ++totals_.pair_unknown[d][std::min(from, to)];
        }
    }
}

void neighbourhood_histograms::count_row(const row_quad& rows, index_t anchors, int phases) {
    for (index_t x = 0; x < anchors; x += chunk)
        count_chunk({rows[0] + x, rows[1] + x, rows[2] + x, rows[3] + x},
                    static_cast<int>(std::min<index_t>(chunk, anchors - x)), phases);
    since_flush_ += anchors;
    if (since_flush_ > (index_t{1} << 30))
        flush();
}

void neighbourhood_histograms::move(int kind, std::int64_t* to, int classes) {
    auto& from = narrow_[static_cast<std::size_t>(kind)];
    for (std::size_t value = 0; value < static_cast<std::size_t>(classes); ++value)
        to[value] += from[value];
    std::fill_n(from.begin(), classes, 0U);
}

void neighbourhood_histograms::flush_voxels(std::int64_t* table, int phases) {
    move(voxel, table, phases);
}

void neighbourhood_histograms::flush() {
    for (int d = 0; d < 13; ++d)
        move(d, totals_.pair_low[static_cast<std::size_t>(d)].data(), max_phases);
    move(vertex, totals_.vertices.data(), max_phases);
    move(cube, totals_.cubes.data(), max_phases);
    for (int orientation = 0; orientation < 3; ++orientation) {
        move(edge + orientation, totals_.edges.data(), max_phases);
        move(square + orientation, totals_.squares.data(), max_phases);
    }
    since_flush_ = 0;
}

neighbourhood_histograms& neighbourhood_histograms::operator+=(const neighbourhood_histograms& other) {
    const auto add = [](wide& to, const wide& from) {
        std::transform(to.begin(), to.end(), from.begin(), to.begin(), std::plus<>());
    };
    for (std::size_t d = 0; d < pairs.size(); ++d) {
        add(totals_.pair_low[d], other.totals_.pair_low[d]);
        add(totals_.pair_unknown[d], other.totals_.pair_unknown[d]);
    }
    add(totals_.vertices, other.totals_.vertices);
    add(totals_.edges, other.totals_.edges);
    add(totals_.squares, other.totals_.squares);
    add(totals_.cubes, other.totals_.cubes);
    return *this;
}

}  // namespace tomosweep::detail
