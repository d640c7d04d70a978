#include "neighbourhood_rows.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "neighbourhood_changes.hpp"
#include "vector_paths.hpp"

namespace tomosweep::detail {
namespace {

/// No voxel changes a figure by more than 7, and each copy of the sums takes at most half a chunk.
constexpr int most_before_flush = 8192;

using narrow_sums = std::array<std::array<std::array<std::int16_t, change_sums::figures>, change_sums::classes>, 2>;

/// Place of a class among the narrow sums.
constexpr std::size_t place_of(signed_class value) {
    return static_cast<std::uint8_t>(value);
}

/// Adds the changes of one voxel, 16 bytes.
[[gnu::always_inline]] inline void add_voxel(const std::int8_t* changes, std::array<std::int16_t, 16>& sum) {
    for (std::size_t figure = 0; figure < sum.size(); ++figure)
        sum[figure] = static_cast<std::int16_t>(sum[figure] + changes[figure]);
}

/// Adds the changes of the voxels [0, voxels) of a chunk to the sums of their classes.
template <int Width, bool Bordered>
[[gnu::always_inline]] inline void add_changes(const row_block& rows, int voxels, narrow_sums& sums) {
    constexpr int parts = Width / 16;
    alignas(64) std::int8_t changes[16 * Width];
    for (int x = 0; x < voxels; x += Width) {
        voxel_changes<Width>(rows, x, std::bool_constant<Bordered>{}).write(changes);
        const signed_class* const own = rows.classes[4] + 1 + x;
        for (int i = 0; i < 16; ++i)
            for (int part = 0; part < parts; ++part)
                if (const int voxel = 16 * part + i; voxels - x >= Width || voxel < voxels - x)
                    add_voxel(changes + i * Width + 16 * part,
                              sums[static_cast<std::size_t>(i & 1)][place_of(own[voxel])]);
    }
}

template <int Width>
[[gnu::always_inline]] inline void add_chunk(const row_block& rows, int voxels, bool bordered, narrow_sums& sums) {
    if (bordered)
        add_changes<Width, true>(rows, voxels, sums);
    else
        add_changes<Width, false>(rows, voxels, sums);
}

TOMOSWEEP_PATH_DEFAULT void add_on_best_path(const row_block& rows, int voxels, bool bordered, narrow_sums& sums) {
    add_chunk<16>(rows, voxels, bordered, sums);
}
#ifdef TOMOSWEEP_PATH_V3
TOMOSWEEP_PATH_V3 void add_on_best_path(const row_block& rows, int voxels, bool bordered, narrow_sums& sums) {
    add_chunk<32>(rows, voxels, bordered, sums);
}
TOMOSWEEP_PATH_V4 void add_on_best_path(const row_block& rows, int voxels, bool bordered, narrow_sums& sums) {
    add_chunk<32>(rows, voxels, bordered, sums);
}
#endif

TOMOSWEEP_VECTOR_PATHS class_t least_of_row(const class_t* values, index_t count) {
    class_t least = class_outside;
    for (index_t i = 0; i < count; ++i)
        least = values[i] < least ? values[i] : least;
    return least;
}

/// Subtracts 128 from the classes of a row, in place, once the spans of its chunks are known.
TOMOSWEEP_VECTOR_PATHS void look_at_row(signed_class* row, std::size_t chunks, class_span* spans) {
    for (std::size_t i = 0; i < chunks; ++i) {
        const signed_class* const from = row + i * chunk;
        class_t least = class_outside, greatest = 0;
        for (int x = 0; x < chunk + 2; ++x) {
            const auto value = static_cast<class_t>(from[x]);
            least = value < least ? value : least;
            greatest = value > greatest ? value : greatest;
        }
        spans[i] = {least, greatest};
    }
    for (std::size_t x = 0; x < chunks * chunk + 2; ++x)
        row[x] = signed_of(static_cast<class_t>(row[x]));
}

/// Moves the narrow sums into the wide ones.
TOMOSWEEP_VECTOR_PATHS void widen(narrow_sums& narrow, std::int64_t* wide) {
    std::int16_t* const even = narrow[0].data()->data();
    std::int16_t* const odd = narrow[1].data()->data();
    for (std::size_t i = 0; i < change_sums::classes * change_sums::figures; ++i) {
        wide[i] += even[i] + odd[i];
        even[i] = 0;
        odd[i] = 0;
    }
}

/// The span of a chunk and all its neighbours.
class_span span_of(const row_block& rows, std::size_t at) {
    class_span all{class_outside, 0};
    for (const class_span* row : rows.spans) {
        all.least = std::min(all.least, row[at].least);
        all.greatest = std::max(all.greatest, row[at].greatest);
    }
    return all;
}

}  // namespace

// A copy has one voxel before and behind, and a chunk more.
signed_row::signed_row(std::size_t row_size) : classes_(row_size), spans_((row_size - 3) / chunk) {}

void signed_row::read(const row_reader& reader, index_t z, index_t y) {
    reader.read(z, y, reinterpret_cast<class_t*>(classes_.data()));
    look_at_row(classes_.data(), spans_.size(), spans_.data());
}

bool change_sums::concerned(const class_t* row, index_t voxels, int phases) {
    return least_of_row(row, voxels) < phases;
}

void change_sums::add_row(const row_block& rows, index_t voxels, int phases) {
    row_block at = rows;
    for (index_t x = 0; x < voxels; x += chunk) {
        const auto count = static_cast<int>(std::min<index_t>(chunk, voxels - x));
        const auto place = static_cast<std::size_t>(x / chunk);
        if (rows.spans[4][place].least < phases) {
            const auto [least, greatest] = span_of(rows, place);
            if (least == greatest) {
                // Among equals a voxel completes as many faces and cubes as edges and vertices: it changes nothing.
                auto& voxels_so_far = narrow_[0][place_of(signed_of(least))][0];
                voxels_so_far = static_cast<std::int16_t>(voxels_so_far + count);
            } else {
                add_on_best_path(at, count, greatest == class_outside, narrow_);
            }
            since_flush_ += chunk;
            if (since_flush_ > most_before_flush - chunk)
                flush();
        }
        for (const signed_class*& row : at.classes)
            row += chunk;
    }
}

void change_sums::flush() {
    if (since_flush_ == 0)
        return;
    widen(narrow_, wide_.data()->data());
    since_flush_ = 0;
}

const change_sums::change& change_sums::of(std::size_t value) const {
    return wide_[place_of(signed_of(static_cast<class_t>(value)))];
}

std::int64_t change_sums::take_voxels(std::size_t value) {
    return std::exchange(wide_[place_of(signed_of(static_cast<class_t>(value)))][0], 0);
}

}  // namespace tomosweep::detail
