#pragma once

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <string>
#include <vector>

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep::testing {

/// How a page is to be stored; the writer of the program knows only a few of these ways.
struct tiff_style {
    std::string mode = "wl";  ///< of libtiff: byte order, 8 for BigTIFF
    int compression = COMPRESSION_NONE;
    int predictor = PREDICTOR_NONE;
    index_t rows_per_strip = 0;  ///< 0: the whole page
    index_t tile = 0;            ///< edge, a multiple of 16; 0: strips
    int fill_order = FILLORDER_MSB2LSB;
    std::string description = {};
};

inline void describe_page(TIFF* handle, dtype type, const extent3& shape, const tiff_style& style) {
    TIFFSetField(handle, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(shape.x));
    TIFFSetField(handle, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(shape.y));
    TIFFSetField(handle, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * bytes_per_voxel(type)));
    TIFFSetField(handle, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(handle, TIFFTAG_SAMPLEFORMAT, type == dtype::float32 ? 3 : type == dtype::int16 ? 2 : 1);
    TIFFSetField(handle, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(handle, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(handle, TIFFTAG_COMPRESSION, style.compression);
    if (style.compression == COMPRESSION_LZMA)
        TIFFSetField(handle, TIFFTAG_LZMAPRESET, 0);  // the usual one takes a hundred megabytes for every strip
    TIFFSetField(handle, TIFFTAG_FILLORDER, style.fill_order);
    if (style.predictor != PREDICTOR_NONE)
        TIFFSetField(handle, TIFFTAG_PREDICTOR, style.predictor);
    if (!style.description.empty())
        TIFFSetField(handle, TIFFTAG_IMAGEDESCRIPTION, style.description.c_str());
}

inline void write_strips(TIFF* handle, const std::byte* page, const extent3& shape, index_t row_bytes, index_t rows) {
    TIFFSetField(handle, TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows));
    for (index_t y = 0; y < shape.y; y += rows) {
        const auto bytes = static_cast<std::size_t>(std::min(rows, shape.y - y) * row_bytes);
        std::vector<std::byte> strip(page + y * row_bytes, page + y * row_bytes + bytes);
        ASSERT_GT(TIFFWriteEncodedStrip(handle, static_cast<std::uint32_t>(y / rows), strip.data(),
                                        static_cast<tmsize_t>(bytes)),
                  0);
    }
}

/// The part of a tile outside the page holds 0xee, which must never be seen.
inline void write_tiles(TIFF* handle, const std::byte* page, const extent3& shape, index_t size, index_t edge) {
    TIFFSetField(handle, TIFFTAG_TILEWIDTH, static_cast<std::uint32_t>(edge));
    TIFFSetField(handle, TIFFTAG_TILELENGTH, static_cast<std::uint32_t>(edge));
    for (index_t y = 0; y < shape.y; y += edge)
        for (index_t x = 0; x < shape.x; x += edge) {
            std::vector<std::byte> tile(static_cast<std::size_t>(edge * edge * size), std::byte{0xee});
            for (index_t row = 0; row < std::min(edge, shape.y - y); ++row)
                std::copy_n(page + ((y + row) * shape.x + x) * size, std::min(edge, shape.x - x) * size,
                            tile.data() + row * edge * size);
            ASSERT_GT(
                TIFFWriteTile(handle, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0),
                0);
        }
}

/// Writes `grey` as the pages of one file with libtiff, not with the program's own writer.
inline void write_tiff(const std::string& path, const grey_volume& grey, const tiff_style& style) {
    const extent3 shape = std::visit([](const auto& held) { return held.extent(); }, grey);
    const auto size = static_cast<index_t>(bytes_per_voxel(dtype_of(grey)));
    TIFF* const handle = TIFFOpen(path.c_str(), style.mode.c_str());
    ASSERT_NE(handle, nullptr);
    for (index_t z = 0; z < shape.z; ++z) {
        describe_page(handle, dtype_of(grey), shape, style);
        const std::byte* page = io::bytes_of(grey).data() + z * shape.y * shape.x * size;
        if (style.tile > 0)
            write_tiles(handle, page, shape, size, style.tile);
        else
            write_strips(handle, page, shape, shape.x * size,
                         style.rows_per_strip > 0 ? style.rows_per_strip : shape.y);
        ASSERT_EQ(TIFFWriteDirectory(handle), 1);
    }
    TIFFClose(handle);
}

/// Writes 1-bit pages: pixel (y, x) of every page is 1 where `bits` is not 0, as the file stores it.
inline void write_bilevel_tiff(const std::string& path, const array3<std::uint8_t>& bits, int photometric,
                               int compression) {
    const extent3 shape = bits.extent();
    TIFF* const handle = TIFFOpen(path.c_str(), "wl");
    ASSERT_NE(handle, nullptr);
    for (index_t z = 0; z < shape.z; ++z) {
        describe_page(handle, dtype::uint8, shape, {});
        TIFFSetField(handle, TIFFTAG_BITSPERSAMPLE, 1);
        TIFFSetField(handle, TIFFTAG_COMPRESSION, compression);
        TIFFSetField(handle, TIFFTAG_PHOTOMETRIC, photometric);
        TIFFSetField(handle, TIFFTAG_ROWSPERSTRIP, 5);
        for (index_t y = 0; y < shape.y; ++y) {
            std::vector<unsigned char> row(static_cast<std::size_t>((shape.x + 7) / 8), 0);
            for (index_t x = 0; x < shape.x; ++x)
                if (bits(z, y, x) != 0)
                    row[static_cast<std::size_t>(x / 8)] |= static_cast<unsigned char>(0x80 >> (x % 8));
            ASSERT_EQ(TIFFWriteScanline(handle, row.data(), static_cast<std::uint32_t>(y), 0), 1);
        }
        ASSERT_EQ(TIFFWriteDirectory(handle), 1);
    }
    TIFFClose(handle);
}

}  // namespace tomosweep::testing
