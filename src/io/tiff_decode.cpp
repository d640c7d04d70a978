#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/tiff_file.hpp"

namespace tomosweep::io {
namespace {

// A damaged header must not ask for all memory: tiles may be larger than a small page, or somewhat larger than any
// page.
constexpr index_t most_tile_bytes = index_t{64} << 20;
constexpr index_t most_tile_pages = 4;

/// Rows and columns of a page, half open.
struct window2 {
    index_t y0, y1, x0, x1;
};

/// A decoded strip or tile: which pixels it holds, and how it is stored.
struct decoded_piece {
    window2 pixels;
    index_t row_bytes;
    const std::byte* data;
};

void expand_bits(const std::byte* row, index_t first, index_t count, std::byte inverted, std::byte* to) {
    for (index_t i = 0; i < count; ++i) {
        const index_t x = first + i;
        const auto bit = (row[x / 8] >> (7 - x % 8)) & std::byte{1};
        to[i] = bit ^ inverted;
    }
}

/// Copies what `piece` and `wanted` share to `to`, which holds the window densely.
void place(const decoded_piece& piece, const tiff_page& page, const window2& wanted, std::byte* to) {
    const auto size = static_cast<index_t>(bytes_per_voxel(page.type));
    const index_t x0 = std::max(wanted.x0, piece.pixels.x0), x1 = std::min(wanted.x1, piece.pixels.x1);
    for (index_t y = std::max(wanted.y0, piece.pixels.y0); y < std::min(wanted.y1, piece.pixels.y1); ++y) {
        const std::byte* row = piece.data + (y - piece.pixels.y0) * piece.row_bytes;
        std::byte* target = to + ((y - wanted.y0) * (wanted.x1 - wanted.x0) + x0 - wanted.x0) * size;
        if (page.bilevel)
            expand_bits(row, x0 - piece.pixels.x0, x1 - x0, std::byte{page.white_is_zero}, target);
        else
            std::memcpy(target, row + (x0 - piece.pixels.x0) * size, static_cast<std::size_t>((x1 - x0) * size));
    }
}

using failure = std::function<void(const std::string& found)>;

void read_tiles(TIFF* handle, const tiff_page& page, const window2& wanted, std::byte* to, const failure& failed) {
    std::uint32_t tile_width = 0, tile_height = 0;
    TIFFGetField(handle, TIFFTAG_TILEWIDTH, &tile_width);
    TIFFGetField(handle, TIFFTAG_TILELENGTH, &tile_height);
    const index_t height = tile_height, width = tile_width;
    const tmsize_t bytes = TIFFTileSize(handle);
    if (bytes <= 0 || bytes > std::max(most_tile_bytes, most_tile_pages * voxel_block{page.shape, page.type}.bytes()))
        failed(fmt::format("tiles of {} x {} pixels", height, width));
    std::vector<std::byte> buffer(static_cast<std::size_t>(bytes));
    for (index_t y = wanted.y0 / height * height; y < wanted.y1; y += height)
        for (index_t x = wanted.x0 / width * width; x < wanted.x1; x += width) {
            const std::uint32_t tile =
                TIFFComputeTile(handle, static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0);
            if (TIFFReadEncodedTile(handle, tile, buffer.data(), bytes) != bytes)
                failed(fmt::format("tile {} cannot be decoded", tile));
            place({{y, y + height, x, x + width}, TIFFTileRowSize(handle), buffer.data()}, page, wanted, to);
        }
}

void read_strips(TIFF* handle, const tiff_page& page, const window2& wanted, std::byte* to, const failure& failed) {
    std::uint32_t rows_per_strip = 0;
    TIFFGetFieldDefaulted(handle, TIFFTAG_ROWSPERSTRIP, &rows_per_strip);
    const index_t height = std::clamp<index_t>(rows_per_strip, 1, page.shape.y);
    const auto row_bytes = static_cast<index_t>(TIFFScanlineSize64(handle));
    std::vector<std::byte> buffer;
    for (index_t y = wanted.y0 / height * height; y < wanted.y1; y += height) {
        // The rows of a strip are decoded from its first one on, so those below the window need not be.
        const tmsize_t bytes = (std::min(y + height, wanted.y1) - y) * row_bytes;
        buffer.resize(static_cast<std::size_t>(bytes));
        const auto strip = static_cast<std::uint32_t>(y / height);
        if (TIFFReadEncodedStrip(handle, strip, buffer.data(), bytes) != bytes)
            failed(fmt::format("strip {} cannot be decoded", strip));
        place({{y, y + height, 0, page.shape.x}, row_bytes, buffer.data()}, page, wanted, to);
    }
}

}  // namespace

void tiff_file::read(const tiff_page& page, const box3& window, std::byte* to) const {
    if (page.data_offset) {
        read_box(file_, {page.shape, page.type, order(), *page.data_offset},
                 {{0, window.lo.y, window.lo.x}, {1, window.hi.y, window.hi.x}}, to);
        return;
    }
    const window2 wanted{window.lo.y, window.hi.y, window.lo.x, window.hi.x};
    const failure failed = [this](const std::string& found) {
        fail(found, "a whole TIFF file; this one is truncated or damaged");
    };
    if (TIFFIsTiled(handle_) != 0)
        read_tiles(handle_, page, wanted, to, failed);
    else
        read_strips(handle_, page, wanted, to, failed);
}

}  // namespace tomosweep::io
