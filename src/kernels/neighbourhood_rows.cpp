#include "neighbourhood_rows.hpp"

#include <algorithm>
#include <utility>

#include "neighbourhood_changes.hpp"
#include "vector_paths.hpp"

namespace tomosweep::detail {
namespace {

/// No voxel changes a figure by more than 7, and each copy of the sums takes every other voxel.
constexpr int most_before_flush = 8192;

using narrow_sums = std::array<std::array<std::array<std::int16_t, change_sums::figures>, change_sums::classes>, 2>;

typedef std::int8_t change_bytes __attribute__((vector_size(16)));   // NOLINT(modernize-use-using)
typedef std::int16_t change_words __attribute__((vector_size(32)));  // NOLINT(modernize-use-using)

/// Adds the changes of the voxels [0, voxels) of a chunk to the sums of their classes.
template <int Width>
[[gnu::always_inline]] inline void add_changes(const row_block& rows, int voxels, narrow_sums& sums) {
    alignas(64) std::int8_t changes[16 * Width];
    const class_t* const own = rows.classes[4] + 1;
    for (int x = 0; x < voxels; x += Width) {
        voxel_changes<Width>(rows, x).write(changes);
        const int end = std::min(Width, voxels - x);
        for (int i = 0; i < end; ++i) {
            change_bytes narrow;
            std::memcpy(&narrow, changes + voxel_changes<Width>::place(i), sizeof narrow);
            auto& sum = sums[static_cast<std::size_t>(i & 1)][own[x + i]];
            change_words words;
            std::memcpy(&words, sum.data(), sizeof words);
            words += __builtin_convertvector(narrow, change_words);
            std::memcpy(sum.data(), &words, sizeof words);
        }
    }
}

TOMOSWEEP_PATH_DEFAULT void add_on_best_path(const row_block& rows, int voxels, narrow_sums& sums) {
    add_changes<16>(rows, voxels, sums);
}
#ifdef TOMOSWEEP_PATH_V3
TOMOSWEEP_PATH_V3 void add_on_best_path(const row_block& rows, int voxels, narrow_sums& sums) {
    add_changes<32>(rows, voxels, sums);
}
TOMOSWEEP_PATH_V4 void add_on_best_path(const row_block& rows, int voxels, narrow_sums& sums) {
    add_changes<64>(rows, voxels, sums);
}
#endif

[[gnu::always_inline]] inline class_t least_in(const class_t* values, index_t count) {
    class_t least = class_outside;
    for (index_t i = 0; i < count; ++i)
        least = values[i] < least ? values[i] : least;
    return least;
}
TOMOSWEEP_VECTOR_PATHS class_t least_of_row(const class_t* values, index_t count) {
    return least_in(values, count);
}

/// The least class of a chunk, and whether its voxels and all their neighbours have no other one.
struct chunk_look {
    class_t least;
    bool uniform;
};
[[gnu::always_inline]] inline chunk_look look_at(const row_block& rows, int voxels, int phases) {
    chunk_look look{least_in(rows.classes[4] + 1, voxels), false};
    if (look.least >= phases)
        return look;
    for (const class_t* row : rows.classes) {
        std::uint8_t different = 0;
        for (int x = 0; x < voxels + 2; ++x)
            different = static_cast<std::uint8_t>(different | (row[x] ^ look.least));
        if (different != 0)
            return look;
    }
    look.uniform = true;
    return look;
}
TOMOSWEEP_VECTOR_PATHS chunk_look look_at_chunk(const row_block& rows, int voxels, int phases) {
    // A number that the compiler knows spares most chunks the loops' ends.
    return voxels == chunk ? look_at(rows, chunk, phases) : look_at(rows, voxels, phases);
}

}  // namespace

void change_sums::add_chunk(const row_block& rows, int voxels, int phases) {
    const auto [least, uniform] = look_at_chunk(rows, voxels, phases);
    if (least >= phases)
        return;
    if (uniform)
        // Among equals a voxel completes as many faces and cubes as edges and vertices: it changes nothing.
        narrow_[0][least][0] = static_cast<std::int16_t>(narrow_[0][least][0] + voxels);
    else
        add_on_best_path(rows, voxels, narrow_);
    since_flush_ += voxels;
    if (since_flush_ > most_before_flush - chunk)
        flush();
}

bool change_sums::concerned(const class_t* row, index_t voxels, int phases) {
    return least_of_row(row, voxels) < phases;
}

void change_sums::add_row(const row_block& rows, index_t voxels, int phases) {
    row_block at = rows;
    for (index_t x = 0; x < voxels; x += chunk) {
        add_chunk(at, static_cast<int>(std::min<index_t>(chunk, voxels - x)), phases);
        for (std::size_t row = 0; row < at.classes.size(); ++row) {
            at.classes[row] += chunk;
            at.known[row] += chunk;
        }
    }
}

void change_sums::flush() {
    if (since_flush_ == 0)
        return;
    for (auto& copy : narrow_)
        for (std::size_t value = 0; value < classes; ++value)
            for (std::size_t figure = 0; figure < figures; ++figure)
                wide_[value][figure] += std::exchange(copy[value][figure], std::int16_t{0});
    since_flush_ = 0;
}

std::int64_t change_sums::take_voxels(std::size_t value) {
    return std::exchange(wide_[value][0], 0);
}

}  // namespace tomosweep::detail
