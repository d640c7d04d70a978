#include "tomosweep/kernels/known_thickness.hpp"

#include <algorithm>

#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/row_bits.hpp"

namespace tomosweep {
namespace {

/// Bytes per voxel, noted before every row that has any.
constexpr std::uint8_t narrow = 1, wide = 2;
constexpr short_distance_sq_t largest_narrow = 0xFF;

/// Calls row(y, words) with the phase's bits of every row of the layer.
template <class Row>
void for_each_row(view3<const class_t> classes, int phase, index_t z, const Row& row) {
    const extent3 extent = classes.extent();
    std::vector<std::uint64_t> words(static_cast<std::size_t>(words_per_row(extent.x)));
    for (index_t y = 0; y < extent.y; ++y) {
        row_bits(classes.row(z, y), extent.x, phase_classes(phase), words.data());
        if (std::ranges::any_of(words, [](std::uint64_t word) { return word != 0; }))
            row(y, words.data());
    }
}

}  // namespace

void known_thickness::read(view3<const class_t> classes, index_t z, short_distance_sq_t* radii_sq) const {
    const index_t voxels = classes.extent().x;
    std::fill_n(radii_sq, classes.extent().y * voxels, short_distance_sq_t{0});
    const layer& known = layers_[static_cast<std::size_t>(z)];
    const std::uint8_t* next = known.bytes.data();
    for_each_row(classes, known.phase, z, [&](index_t y, const std::uint64_t* words) {
        const bool is_narrow = *next++ == narrow;
        for_each_run(words, voxels, [&](index_t begin, index_t end) {
            short_distance_sq_t* const run = radii_sq + y * voxels + begin;
            const index_t count = end - begin;
            if (is_narrow)
                std::copy_n(next, count, run);
            else
                for (index_t i = 0; i < count; ++i)
                    run[i] = static_cast<short_distance_sq_t>(next[2 * i] | next[2 * i + 1] << 8);
            next += is_narrow ? count : 2 * count;
        });
    });
}

void known_thickness::keep(view3<const class_t> classes, int phase, index_t z, const short_distance_sq_t* radii_sq) {
    const index_t voxels = classes.extent().x;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(classes.extent().y * (wide * voxels + 1)));
    std::uint8_t* next = bytes.data();
    for_each_row(classes, phase, z, [&](index_t y, const std::uint64_t* words) {
        const short_distance_sq_t* const row = radii_sq + y * voxels;
        const bool is_narrow = *std::max_element(row, row + voxels) <= largest_narrow;
        *next++ = is_narrow ? narrow : wide;
        for_each_run(words, voxels, [&](index_t begin, index_t end) {
            if (is_narrow)
                next = std::transform(row + begin, row + end, next,
                                      [](short_distance_sq_t each) { return static_cast<std::uint8_t>(each); });
            else
                for (const short_distance_sq_t* each = row + begin; each != row + end; ++each) {
                    *next++ = static_cast<std::uint8_t>(*each);
                    *next++ = static_cast<std::uint8_t>(*each >> 8);
                }
        });
    });
    layers_[static_cast<std::size_t>(z)] = {phase, {bytes.data(), next}};
}

}  // namespace tomosweep
