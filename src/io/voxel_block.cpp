#include "tomosweep/io/voxel_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "tomosweep/core/error.hpp"

namespace tomosweep::io {
namespace {

// Large enough for a parallel file system's stripe, small beside any block of voxels.
constexpr index_t sieve_bytes = index_t{4} << 20;

// A box that is narrower than this share of the rows is read row by row: reading the gaps too would cost more.
constexpr index_t widest_gap_ratio = 4;

/// Reads a (y, x) window of one plane; everything in bytes.
struct plane_window {
    index_t start;  // of the window's first voxel in the file
    index_t rows;
    index_t row_bytes;  // of the window
    index_t pitch;      // from row to row in the file
};

std::span<std::byte> piece(std::byte* to, index_t bytes) {
    return {to, static_cast<std::size_t>(bytes)};
}

void read_rows(const input_file& file, const plane_window& window, std::byte* to) {
    for (index_t row = 0; row < window.rows; ++row)
        file.read(window.start + row * window.pitch, piece(to + row * window.row_bytes, window.row_bytes));
}

void read_rows_with_gaps(const input_file& file, const plane_window& window, std::byte* to) {
    const index_t rows_at_once = std::min(window.rows, std::max<index_t>(1, sieve_bytes / window.pitch));
    std::vector<std::byte> sieve(static_cast<std::size_t>((rows_at_once - 1) * window.pitch + window.row_bytes));
    for (index_t first = 0; first < window.rows; first += rows_at_once) {
        const index_t rows = std::min(rows_at_once, window.rows - first);
        file.read(window.start + first * window.pitch,
                  piece(sieve.data(), (rows - 1) * window.pitch + window.row_bytes));
        for (index_t row = 0; row < rows; ++row)
            std::memcpy(to + (first + row) * window.row_bytes, sieve.data() + row * window.pitch,
                        static_cast<std::size_t>(window.row_bytes));
    }
}

void read_plane(const input_file& file, const plane_window& window, std::byte* to) {
    if (window.row_bytes == window.pitch)
        file.read(window.start, piece(to, window.rows * window.row_bytes));
    else if (window.row_bytes * widest_gap_ratio < window.pitch)
        read_rows(file, window, to);
    else
        read_rows_with_gaps(file, window, to);
}

template <class Word>
void swap_words(std::span<std::byte> values) {
    for (std::size_t at = 0; at + sizeof(Word) <= values.size(); at += sizeof(Word)) {
        Word word;
        std::memcpy(&word, values.data() + at, sizeof(Word));
        if constexpr (sizeof(Word) == 2)
            word = __builtin_bswap16(word);
        else
            word = __builtin_bswap32(word);
        std::memcpy(values.data() + at, &word, sizeof(Word));
    }
}

/// Vectorises where std::isfinite() with its early exit would not.
bool all_finite(const float* values, index_t count) {
    constexpr std::uint32_t exponent = 0x7f800000U;
    std::uint32_t bad = 0;
    for (index_t i = 0; i < count; ++i)
        bad |= (std::bit_cast<std::uint32_t>(values[i]) & exponent) == exponent ? 1U : 0U;
    return bad == 0;
}

std::string text_of(const index3& voxel) {
    return fmt::format("voxel (z, y, x) = ({}, {}, {})", voxel.z, voxel.y, voxel.x);
}

}  // namespace

void require_countable(const extent3& extent, const std::string& path, const std::string& where) {
    const auto& [z, y, x] = extent;
    if (z > 0 && y > 0 && x > 0 && y <= most_voxels / x && z <= most_voxels / (y * x))
        return;
    throw input_error(path, where, fmt::format("[{}, {}, {}] voxels", z, y, x),
                      fmt::format("at least one voxel on every axis, and at most {} in all", most_voxels));
}

void read_box(const input_file& file, const voxel_block& block, const box3& box, std::byte* to) {
    if (box.empty())
        return;
    const auto size = static_cast<index_t>(bytes_per_voxel(block.type));
    const extent3 extent = box.extent();
    const index_t pitch = block.shape.x * size;
    const index_t row_bytes = extent.x * size;
    const index_t plane_bytes = extent.y * row_bytes;
    const index_t start = block.offset + linear_index(box.lo, block.shape) * size;
    if (extent.x == block.shape.x && extent.y == block.shape.y)
        file.read(start, piece(to, extent.z * plane_bytes));
    else
        for (index_t z = 0; z < extent.z; ++z)
            read_plane(file, {start + z * block.shape.y * pitch, extent.y, row_bytes, pitch}, to + z * plane_bytes);
    if (foreign(block.order))
        swap_byte_order(piece(to, extent.z * plane_bytes), bytes_per_voxel(block.type));
}

std::span<std::byte> bytes_of(grey_volume& grey) {
    return std::visit([](auto& held) { return std::as_writable_bytes(held.values()); }, grey);
}

std::span<const std::byte> bytes_of(const grey_volume& grey) {
    return std::visit([](const auto& held) { return std::as_bytes(held.values()); }, grey);
}

void swap_byte_order(std::span<std::byte> values, std::size_t bytes_per_value) {
    if (bytes_per_value == 2)
        swap_words<std::uint16_t>(values);
    else if (bytes_per_value == 4)
        swap_words<std::uint32_t>(values);
}

bool foreign(byte_order order) {
    return (std::endian::native == std::endian::little) != (order == byte_order::little);
}

void require_finite(const grey_volume& grey, const box3& box, const std::function<slice_place(index_t z)>& place_of) {
    const auto* values = std::get_if<array3<float>>(&grey);
    if (values == nullptr)
        return;
    const extent3 extent = values->extent();
    for (index_t row = 0; row < extent.z * extent.y; ++row) {
        const float* first = values->data() + row * extent.x;
        if (all_finite(first, extent.x))
            continue;
        const float* bad =
            std::find_if_not(first, first + extent.x, [](float grey_level) { return std::isfinite(grey_level); });
        const index3 voxel = box.lo + index3{row / extent.y, row % extent.y, bad - first};
        const slice_place place = place_of(voxel.z);
        throw input_error(place.file, (place.slice.empty() ? "" : place.slice + ", ") + text_of(voxel),
                          fmt::format("the grey level {}", *bad), "finite numbers; replace NaN and infinities first");
    }
}

}  // namespace tomosweep::io
