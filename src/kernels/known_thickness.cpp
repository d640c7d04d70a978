#include "tomosweep/kernels/known_thickness.hpp"

#include <algorithm>

#include "tomosweep/kernels/row_bits.hpp"

namespace tomosweep {
namespace {

/// Bytes per voxel, noted before every row that has any.
constexpr std::uint8_t narrow = 1, wide = 2;
constexpr short_distance_sq_t largest_narrow = 0xFF;

bool any_bits(std::span<const std::uint64_t> words) {
    return std::ranges::any_of(words, [](std::uint64_t word) { return word != 0; });
}

}  // namespace

void known_thickness::read(view3<const class_t> classes, index_t z, short_distance_sq_t* radii_sq) const {
    const extent3 extent = classes.extent();
    std::fill_n(radii_sq, extent.y * extent.x, short_distance_sq_t{0});
    const layer& known = layers_[static_cast<std::size_t>(z)];
    const std::uint8_t* next = known.bytes.data();
    std::vector<std::uint64_t> phase(static_cast<std::size_t>(words_per_row(extent.x)));
    for (index_t y = 0; y < extent.y; ++y) {
        row_bits(classes.row(z, y), extent.x, phase_classes(known.phase), phase.data());
        if (!any_bits(phase))
            continue;
        const bool is_narrow = *next++ == narrow;
        for_each_run(phase.data(), extent.x, [&](index_t begin, index_t end) {
            short_distance_sq_t* const run = radii_sq + y * extent.x + begin;
            const index_t count = end - begin;
            if (is_narrow)
                std::copy_n(next, count, run);
            else
                for (index_t i = 0; i < count; ++i)
                    run[i] = static_cast<short_distance_sq_t>(next[2 * i] | next[2 * i + 1] << 8);
            next += is_narrow ? count : 2 * count;
        });
    }
}

void known_thickness::layer_writer::add_row(std::span<const std::uint64_t> phase,
                                            std::span<const short_distance_sq_t> radii_sq) {
    if (!any_bits(phase))
        return;
    const bool is_narrow = std::ranges::max(radii_sq) <= largest_narrow;
    const std::size_t before = bytes_.size();
    bytes_.resize(before + 1 + wide * radii_sq.size());
    std::uint8_t* next = bytes_.data() + before;
    *next++ = is_narrow ? narrow : wide;
    for_each_run(phase.data(), static_cast<index_t>(radii_sq.size()), [&](index_t begin, index_t end) {
        const short_distance_sq_t *const run = radii_sq.data() + begin, *const run_end = radii_sq.data() + end;
        if (is_narrow)
            next = std::transform(run, run_end, next,
                                  [](short_distance_sq_t each) { return static_cast<std::uint8_t>(each); });
        else
            for (const short_distance_sq_t* each = run; each != run_end; ++each) {
                *next++ = static_cast<std::uint8_t>(*each);
                *next++ = static_cast<std::uint8_t>(*each >> 8);
            }
    });
    bytes_.resize(static_cast<std::size_t>(next - bytes_.data()));
}

void known_thickness::keep(int phase, index_t z, layer_writer& written) {
    layers_[static_cast<std::size_t>(z)] = {phase, written.bytes_};  // as small as can be; the writer keeps its room
    written.bytes_.clear();
}

}  // namespace tomosweep
