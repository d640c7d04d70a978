#include "tomosweep/kernels/distance.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "parabola.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/row_bits.hpp"
#include "vector_paths.hpp"

namespace tomosweep {
namespace {

/// The square of a distance in voxels, as far as the type holds it.
template <distance_value Distance>
Distance squared(index_t distance) {
    constexpr std::uint32_t longest = sizeof(Distance) == 2 ? 0xFF : 0xFFFF;
    const auto voxels = static_cast<std::uint32_t>(distance);
    return voxels > longest ? too_far_sq<Distance> : static_cast<Distance>(voxels * voxels);
}

/// Squared distances of a row's stretch without background, between two background voxels `before` its first and
/// `behind` its last voxel.
template <distance_value Distance>
void fill_gap(Distance* out, index_t length, row_carry ends) {
    if (ends.before == no_background && ends.behind == no_background) {
        std::fill_n(out, length, too_far_sq<Distance>);
        return;
    }
    index_t nearer_before = (ends.behind + length - ends.before + 1) / 2;
    if (ends.before == no_background)
        nearer_before = 0;
    if (ends.behind == no_background)
        nearer_before = length;
    nearer_before = std::clamp<index_t>(nearer_before, 0, length);
    for (index_t i = 0; i < nearer_before; ++i)
        out[i] = squared<Distance>(ends.before + i);
    for (index_t i = nearer_before; i < length; ++i)
        out[i] = squared<Distance>(ends.behind + length - 1 - i);
}

/// The x pass of one row; `words` is scratch of words_per_row().
template <distance_value Distance>
void distance_along_row(const class_t* classes, index_t voxels, int phase, row_carry carry, std::uint64_t* words,
                        Distance* out) {
    row_bits(classes, voxels, background_classes(phase), words);
    std::fill_n(out, voxels, Distance{0});
    index_t gap = 0;
    bool in_gap = true;
    row_carry ends{carry.before, 1};
    const auto close_gap = [&](index_t end, index_t behind) {
        ends.behind = behind;
        fill_gap(out + gap, end - gap, ends);
        ends.before = 1;
    };
    for_each_edge(words, voxels, [&](index_t x) {
        if (in_gap && x > gap)
            close_gap(x, 1);
        else if (in_gap)
            ends.before = 1;
        gap = x;
        in_gap = !in_gap;
    });
    if (in_gap && gap < voxels)
        close_gap(voxels, carry.behind);
}

/// Lines of one plane that extend_distance() works on together: `lanes` columns of x at one place of the third axis.
template <distance_value Distance>
struct bundle {
    const Distance* from;
    index_t from_stride;
    Distance* to;
    index_t to_stride;
    index_t lanes;
};

/// Copies rows of `lanes` entries; the full width, known to the compiler, is by far the most frequent.
template <distance_value Distance>
void copy_rows(const Distance* from, index_t from_stride, Distance* to, index_t to_stride, index_t lanes,
               index_t count) {
    constexpr index_t full = parabola_lanes<Distance>;
    if (lanes == full)
        for (index_t i = 0; i < count; ++i)
            std::memcpy(to + i * to_stride, from + i * from_stride, full * sizeof *to);
    else
        for (index_t i = 0; i < count; ++i)
            std::copy_n(from + i * from_stride, lanes, to + i * to_stride);
}

template <distance_value Distance>
void extend_bundle(const bundle<Distance>& lines, index_t length, index_t first, index_t count,
                   parabola_envelope<Distance>& envelope, Distance* result) {
    constexpr index_t full = parabola_lanes<Distance>;
    Distance* const input = envelope.input();
    copy_rows(lines.from, lines.from_stride, input, full, lines.lanes, length);
    // Lanes without a line would keep the last bundle's values and look farther than needed.
    for (index_t lane = lines.lanes; lane < full; ++lane)
        for (index_t i = 0; i < length; ++i)
            input[i * full + lane] = input[i * full];
    envelope.evaluate(first, count, result);
    copy_rows(result, full, lines.to, lines.to_stride, lines.lanes, count);
}

template <distance_value Distance>
[[gnu::always_inline]] inline Distance largest_in(const Distance* values, index_t count) {
    Distance largest = 0;
    for (index_t i = 0; i < count; ++i)
        largest = std::max(largest, values[i]);
    return largest;
}

TOMOSWEEP_VECTOR_PATHS distance_sq_t largest_of(const distance_sq_t* values, index_t count) {
    return largest_in(values, count);
}
TOMOSWEEP_VECTOR_PATHS short_distance_sq_t largest_of(const short_distance_sq_t* values, index_t count) {
    return largest_in(values, count);
}

template <distance_value Distance>
Distance largest_of_rows(view3<const Distance> distance) {
    const extent3 extent = distance.extent();
    Distance largest = 0;
#pragma omp parallel for schedule(static) reduction(max : largest)
    for (index_t row = 0; row < extent.z * extent.y; ++row) {
        const Distance* const values = distance.row(row / extent.y, row % extent.y);
        largest = std::max(largest, largest_of(values, extent.x));
    }
    return largest;
}

}  // namespace

std::vector<background_span> row_backgrounds(view3<const class_t> classes, int phase) {
    const extent3 extent = classes.extent();
    std::vector<background_span> spans(static_cast<std::size_t>(extent.z * extent.y));
#pragma omp parallel
    {
        std::vector<std::uint64_t> words(static_cast<std::size_t>(words_per_row(extent.x)));
#pragma omp for schedule(static)
        for (index_t row = 0; row < extent.z * extent.y; ++row) {
            row_bits(classes.row(row / extent.y, row % extent.y), extent.x, background_classes(phase), words.data());
            background_span& span = spans[static_cast<std::size_t>(row)];
            for (std::size_t word = 0; word < words.size(); ++word) {
                const index_t x = static_cast<index_t>(word) * bits_per_word;
                if (words[word] == 0)
                    continue;
                if (span.first == no_background)
                    span.first = x + std::countr_zero(words[word]);
                span.last = x + bits_per_word - 1 - std::countl_zero(words[word]);
            }
        }
    }
    return spans;
}

template <distance_value Distance>
void distance_along_x(view3<const class_t> classes, int phase, std::span<const row_carry> carries,
                      view3<Distance> distance) {
    const extent3 extent = classes.extent();
    require(distance.extent() == extent, "classes and distances have the same extent");
    require(carries.empty() || static_cast<index_t>(carries.size()) == extent.z * extent.y, "one carry per row");
#pragma omp parallel
    {
        std::vector<std::uint64_t> words(static_cast<std::size_t>(words_per_row(extent.x)));
#pragma omp for schedule(static)
        for (index_t row = 0; row < extent.z * extent.y; ++row) {
            const row_carry carry = carries.empty() ? row_carry{} : carries[static_cast<std::size_t>(row)];
            const index_t z = row / extent.y;
            const index_t y = row % extent.y;
            distance_along_row(classes.row(z, y), extent.x, phase, carry, words.data(), distance.row(z, y));
        }
    }
}

template <distance_value Distance>
void extend_distance(axis direction, view3<const std::type_identity_t<Distance>> from, index_t first,
                     view3<Distance> to) {
    constexpr index_t lanes = parabola_lanes<Distance>;
    require(direction != axis::x, "distances extend along y or z");
    const bool along_y = direction == axis::y;
    const extent3 extent = to.extent();
    const index_t length = along(from.extent(), direction);
    const index_t count = along(extent, direction);
    require(first >= 0 && first + count <= length, "the output lies within the input");
    const index_t planes = along_y ? extent.z : extent.y;
    const index_t bundles = (extent.x + lanes - 1) / lanes;
#pragma omp parallel
    {
        parabola_envelope<Distance> envelope(length);
        std::vector<Distance> result(static_cast<std::size_t>(count * lanes));
#pragma omp for schedule(dynamic)
        for (index_t plane = 0; plane < planes; ++plane)
            for (index_t i = 0; i < bundles; ++i) {
                const index_t x = i * lanes;
                const bundle<Distance> lines{(along_y ? from.row(plane, 0) : from.row(0, plane)) + x,
                                             along_y ? from.row_stride() : from.plane_stride(),
                                             (along_y ? to.row(plane, 0) : to.row(0, plane)) + x,
                                             along_y ? to.row_stride() : to.plane_stride(),
                                             std::min(lanes, extent.x - x)};
                extend_bundle(lines, length, first, count, envelope, result.data());
            }
    }
}

template <distance_value Distance>
void clear_outside_phase(view3<const class_t> classes, int phase, view3<Distance> distance) {
    const extent3 extent = classes.extent();
    const auto highest = static_cast<class_t>(phase);
#pragma omp parallel for schedule(static)
    for (index_t row = 0; row < extent.z * extent.y; ++row) {
        const class_t* const of_row = classes.row(row / extent.y, row % extent.y);
        // Distances of the background are 0 already, so rows wholly inside the region need no work.
        if (std::memchr(of_row, class_outside, static_cast<std::size_t>(extent.x)) == nullptr)
            continue;
        Distance* const out = distance.row(row / extent.y, row % extent.y);
        for (index_t x = 0; x < extent.x; ++x)
            out[x] = of_row[x] <= highest ? out[x] : Distance{0};
    }
}

distance_sq_t max_distance_sq(view3<const distance_sq_t> distance) {
    return largest_of_rows(distance);
}
short_distance_sq_t max_distance_sq(view3<const short_distance_sq_t> distance) {
    return largest_of_rows(distance);
}

template <distance_value Distance>
void distance_in_layers(view3<const class_t> classes, int phase, std::span<const row_carry> carries,
                        view3<Distance> distance) {
    const extent3 extent = classes.extent();
    const auto rows = static_cast<std::size_t>(extent.y);
#pragma omp parallel for schedule(dynamic) if (extent.z > 1)
    for (index_t z = 0; z < extent.z; ++z) {
        const box3 layer{{z, 0, 0}, {z + 1, extent.y, extent.x}};
        const view3<Distance> of_layer = distance.part(layer);
        const auto of_rows = carries.empty() ? carries : carries.subspan(static_cast<std::size_t>(z) * rows, rows);
        distance_along_x(classes.part(layer), phase, of_rows, of_layer);
        extend_distance(axis::y, of_layer, 0, of_layer);
    }
}

template <distance_value Distance>
void write_squared_distance(view3<const class_t> classes, int phase, view3<Distance> distance) {
    distance_in_layers(classes, phase, {}, distance);
    extend_distance(axis::z, distance, 0, distance);
    clear_outside_phase(classes, phase, distance);
}

template <distance_value Distance>
array3<Distance> squared_distance(view3<const class_t> classes, int phase) {
    array3<Distance> distance(classes.extent());
    write_squared_distance(classes, phase, distance.view());
    return distance;
}

template void distance_along_x(view3<const class_t>, int, std::span<const row_carry>, view3<distance_sq_t>);
template void distance_in_layers(view3<const class_t>, int, std::span<const row_carry>, view3<distance_sq_t>);
template void extend_distance(axis, view3<const distance_sq_t>, index_t, view3<distance_sq_t>);
template void clear_outside_phase(view3<const class_t>, int, view3<distance_sq_t>);
template void write_squared_distance(view3<const class_t>, int, view3<distance_sq_t>);
template array3<distance_sq_t> squared_distance(view3<const class_t>, int);

template void distance_along_x(view3<const class_t>, int, std::span<const row_carry>, view3<short_distance_sq_t>);
template void distance_in_layers(view3<const class_t>, int, std::span<const row_carry>, view3<short_distance_sq_t>);
template void extend_distance(axis, view3<const short_distance_sq_t>, index_t, view3<short_distance_sq_t>);
template void clear_outside_phase(view3<const class_t>, int, view3<short_distance_sq_t>);
template void write_squared_distance(view3<const class_t>, int, view3<short_distance_sq_t>);
template array3<short_distance_sq_t> squared_distance(view3<const class_t>, int);

}  // namespace tomosweep
