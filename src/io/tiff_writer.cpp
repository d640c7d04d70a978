#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/scan_writer.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep {
namespace {

// Strips of about this size compress well and let a reader decode few rows too many.
constexpr index_t strip_bytes = 64 << 10;

// A classic TIFF ends at 4 GiB; this leaves room for a directory per page.
constexpr index_t most_classic_bytes = index_t{4000} << 20;

class tiff_writer final : public scan_writer {
public:
    tiff_writer(const std::string& path, const scan_layout& layout) : scan_writer(path, layout) {
        constexpr index_t most = std::numeric_limits<std::uint32_t>::max() / 8;
        if (layout.shape.y > most || layout.shape.x > most)
            throw input_error(path, "shape", fmt::format("{} x {} pixels", layout.shape.y, layout.shape.x),
                              fmt::format("at most {} pixels per axis of a TIFF", most));
        const bool big = io::voxel_block{layout.shape, layout.type}.bytes() > most_classic_bytes;
        const std::string mode = fmt::format("w{}{}", layout.order == byte_order::big ? 'b' : 'l', big ? "8" : "");
        const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                                   TIFFOpenOptionsFree);
        TIFFOpenOptionsSetErrorHandlerExtR(options.get(), record, &complaint_);
        TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore, nullptr);
        handle_ = TIFFOpenExt(temporary().c_str(), mode.c_str(), options.get());
        require_written(handle_ != nullptr);
    }
    ~tiff_writer() override {
        if (handle_ != nullptr)
            TIFFClose(handle_);
    }

private:
    static int record(TIFF*, void* user, const char*, const char* format, va_list arguments) {
        char text[512];
        std::vsnprintf(text, sizeof text, format, arguments);
        if (auto& complaint = *static_cast<std::string*>(user); complaint.empty())
            complaint = text;
        return 1;
    }
    static int ignore(TIFF*, void*, const char*, const char*, va_list) { return 1; }

    /// libtiff reports a full disk to its error handler and, in some places, nowhere else.
    void require_written(bool done) {
        if (!done || !complaint_.empty())
            fail(complaint_.empty() ? std::strerror(errno) : complaint_);
    }

    void write(const grey_volume& slab, index_t z) override {
        const std::span<const std::byte> bytes = io::bytes_of(slab);
        const extent3 slice{1, layout().shape.y, layout().shape.x};
        const auto slice_bytes = static_cast<std::size_t>(io::voxel_block{slice, layout().type}.bytes());
        for (std::size_t at = 0; at < bytes.size(); at += slice_bytes, ++z) {
            describe(z == 0);
            write_page(bytes.subspan(at, slice_bytes));
        }
    }

    void describe(bool first_page) {
        const dtype type = layout().type;
        const int format = type == dtype::float32 ? SAMPLEFORMAT_IEEEFP
                           : type == dtype::int16 ? SAMPLEFORMAT_INT
                                                  : SAMPLEFORMAT_UINT;
        TIFFSetField(handle_, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(layout().shape.x));
        TIFFSetField(handle_, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(layout().shape.y));
        TIFFSetField(handle_, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * bytes_per_voxel(type)));
        TIFFSetField(handle_, TIFFTAG_SAMPLEFORMAT, format);
        TIFFSetField(handle_, TIFFTAG_SAMPLESPERPIXEL, 1);
        TIFFSetField(handle_, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
        TIFFSetField(handle_, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(handle_, TIFFTAG_COMPRESSION, layout().deflate ? COMPRESSION_ADOBE_DEFLATE : COMPRESSION_NONE);
        TIFFSetField(handle_, TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows_per_strip()));
        if (first_page)
            state_voxel_size();
    }

    /// In ImageJ's way: its unit, its spacing, and pixels per unit.
    void state_voxel_size() {
        const std::string size =
            layout().voxel_size_um ? fmt::format("unit=um\nspacing={}\n", *layout().voxel_size_um) : "";
        const std::string text = fmt::format("ImageJ=1.11a\nimages={0}\nslices={0}\n{1}", layout().shape.z, size);
        TIFFSetField(handle_, TIFFTAG_IMAGEDESCRIPTION, text.c_str());
        if (!layout().voxel_size_um)
            return;
        TIFFSetField(handle_, TIFFTAG_XRESOLUTION, 1 / *layout().voxel_size_um);
        TIFFSetField(handle_, TIFFTAG_YRESOLUTION, 1 / *layout().voxel_size_um);
        TIFFSetField(handle_, TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
    }

    index_t row_bytes() const { return layout().shape.x * static_cast<index_t>(bytes_per_voxel(layout().type)); }
    index_t rows_per_strip() const { return std::clamp<index_t>(strip_bytes / row_bytes(), 1, layout().shape.y); }

    void write_page(std::span<const std::byte> page) {
        const auto bytes = static_cast<std::size_t>(rows_per_strip() * row_bytes());
        std::vector<std::byte> strip;  // libtiff swaps bytes in the buffer that it is given
        for (std::size_t at = 0, number = 0; at < page.size(); at += bytes, ++number) {
            const auto rows = page.subspan(at, std::min(bytes, page.size() - at));
            strip.assign(rows.begin(), rows.end());
            const auto size = static_cast<tmsize_t>(strip.size());
            require_written(TIFFWriteEncodedStrip(handle_, static_cast<std::uint32_t>(number), strip.data(), size) ==
                            size);
        }
        require_written(TIFFWriteDirectory(handle_) == 1);
    }

    void close() override {
        TIFFClose(std::exchange(handle_, nullptr));
        require_written(true);
    }

    std::string complaint_;
    TIFF* handle_ = nullptr;
};

}  // namespace

std::unique_ptr<scan_writer> io::create_tiff(const std::string& path, const scan_layout& layout) {
    return std::make_unique<tiff_writer>(path, layout);
}

}  // namespace tomosweep
