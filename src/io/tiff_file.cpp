#include "tomosweep/io/tiff_file.hpp"

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <span>

#include "tomosweep/core/error.hpp"

namespace tomosweep::io {

/// The first thing libtiff complained about since the last look: what follows are consequences.
struct tiff_file::error_log {
    std::string first;

    static int record(TIFF*, void* user, const char*, const char* format, va_list arguments) {
        auto& log = *static_cast<error_log*>(user);
        char text[512];
        std::vsnprintf(text, sizeof text, format, arguments);
        if (log.first.empty())
            log.first = text;
        return 1;  // handled: libtiff's global handlers, which print, stay out of it
    }
    static int ignore(TIFF*, void*, const char*, const char*, va_list) { return 1; }
};

namespace {

// What the densest compression makes of a page of one grey level: zstd needs 4 bytes for 128 KiB.
constexpr index_t most_expansion = 1 << 17;

constexpr const char* way_out =
    "8 or 16 bits unsigned, 16 bits signed, 32 bits float or 1 bit per pixel, one sample per pixel";

template <class T>
T tag(TIFF* handle, std::uint32_t name, T otherwise) {
    T value{};
    return TIFFGetFieldDefaulted(handle, name, &value) == 1 ? value : otherwise;
}

std::span<const std::uint64_t> pieces(TIFF* handle, bool offsets) {
    const bool tiled = TIFFIsTiled(handle) != 0;
    std::uint64_t* values = nullptr;
    const std::uint32_t name = offsets ? (tiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS)
                                       : (tiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS);
    if (TIFFGetField(handle, name, &values) != 1 || values == nullptr)
        return {};
    return {values, tiled ? TIFFNumberOfTiles(handle) : TIFFNumberOfStrips(handle)};
}

/// Offsets that a damaged file may give are cut to one that no file reaches, so that sums of a few do not overflow.
index_t place_in_file(std::uint64_t offset) {
    constexpr std::uint64_t beyond_any_file = std::uint64_t{1} << 60;
    return static_cast<index_t>(std::min(offset, beyond_any_file));
}

std::optional<dtype> dtype_of(std::uint16_t bits, std::uint16_t format) {
    const bool is_unsigned = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID;
    if ((bits == 1 || bits == 8) && is_unsigned)
        return dtype::uint8;
    if (bits == 16 && is_unsigned)
        return dtype::uint16;
    if (bits == 16 && format == SAMPLEFORMAT_INT)
        return dtype::int16;
    if (bits == 32 && format == SAMPLEFORMAT_IEEEFP)
        return dtype::float32;
    return std::nullopt;
}

std::string format_name(std::uint16_t format) {
    switch (format) {
        case SAMPLEFORMAT_INT: return "signed";
        case SAMPLEFORMAT_IEEEFP: return "float";
        case SAMPLEFORMAT_UINT:
        case SAMPLEFORMAT_VOID: return "unsigned";
        default: return "complex";
    }
}

/// Where the pixels stand if they are stored as they are, else nothing. Some writers give a single strip a wrong length
/// (it does not fit 32 bits), so that of a single strip is not asked for.
std::optional<index_t> data_offset(TIFF* handle, const tiff_page& page) {
    const bool as_stored = tag<std::uint16_t>(handle, TIFFTAG_COMPRESSION, COMPRESSION_NONE) == COMPRESSION_NONE &&
                           tag<std::uint16_t>(handle, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB) == FILLORDER_MSB2LSB;
    const auto offsets = pieces(handle, true), counts = pieces(handle, false);
    if (!as_stored || page.bilevel || TIFFIsTiled(handle) != 0 || offsets.empty() || counts.size() != offsets.size())
        return std::nullopt;
    const auto strip_bytes = static_cast<std::uint64_t>(TIFFStripSize64(handle));
    for (std::size_t i = 1; i < offsets.size(); ++i)
        if (counts[i - 1] != strip_bytes || offsets[i] != offsets[i - 1] + strip_bytes)
            return std::nullopt;
    return place_in_file(offsets.front());
}

/// A strip or a tile; a pixel where pixels stand as they are.
extent3 grain(TIFF* handle, const tiff_page& page) {
    if (page.data_offset)
        return {1, 1, 1};
    if (TIFFIsTiled(handle) != 0)
        return {1, std::max<index_t>(1, tag<std::uint32_t>(handle, TIFFTAG_TILELENGTH, 1)),
                std::max<index_t>(1, tag<std::uint32_t>(handle, TIFFTAG_TILEWIDTH, 1))};
    const index_t rows = tag<std::uint32_t>(handle, TIFFTAG_ROWSPERSTRIP, UINT32_MAX);
    return {1, std::clamp<index_t>(rows, 1, page.shape.y), page.shape.x};
}

index_t data_end(TIFF* handle, const tiff_page& page) {
    if (page.data_offset)
        return *page.data_offset + voxel_block{page.shape, page.type}.bytes();
    const auto offsets = pieces(handle, true), counts = pieces(handle, false);
    index_t end = 0;
    for (std::size_t i = 0; i < std::min(offsets.size(), counts.size()); ++i)
        end = std::max(end, place_in_file(offsets[i]) + place_in_file(counts[i]));
    return end;
}

}  // namespace

tiff_file::tiff_file(const file_identity& seen) : file_(seen), log_(std::make_unique<error_log>()) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                               TIFFOpenOptionsFree);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), error_log::record, log_.get());
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), error_log::ignore, nullptr);
    // m: no memory map, which would kill the process when a file shrinks; c: strips as they stand in the file.
    handle_ = TIFFFdOpenExt(file_.descriptor(), file_.path().c_str(), "rmc", options.get());
    if (handle_ == nullptr)
        fail("no readable TIFF", "a TIFF file");
}

tiff_file::~tiff_file() {
    if (handle_ != nullptr)
        TIFFCleanup(handle_);  // unlike TIFFClose() it leaves the descriptor to file_
}

byte_order tiff_file::order() const {
    return TIFFIsBigEndian(handle_) != 0 ? byte_order::big : byte_order::little;
}

void tiff_file::fail(const std::string& found, const std::string& accepted) const {
    throw input_error(file_.path(), fmt::format("page {}", number_ + 1),
                      log_->first.empty() ? found : fmt::format("{} (libtiff: {})", found, log_->first), accepted);
}

bool tiff_file::is_thumbnail() const {
    return (tag<std::uint32_t>(handle_, TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0;
}

tiff_page tiff_file::page() const {
    const auto bits = tag<std::uint16_t>(handle_, TIFFTAG_BITSPERSAMPLE, 1);
    const auto samples = tag<std::uint16_t>(handle_, TIFFTAG_SAMPLESPERPIXEL, 1);
    const auto format = tag<std::uint16_t>(handle_, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    const auto photometric = tag<std::uint16_t>(handle_, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    if (photometric == PHOTOMETRIC_PALETTE)
        fail("indices into a colour table", "grey levels; save the image as greyscale");
    if (samples != 1)
        fail(fmt::format("{} samples per pixel ({})", samples, samples == 2 ? "grey and alpha?" : "colour?"),
             "one grey level per pixel; save the image as greyscale without alpha channel");
    const auto type = dtype_of(bits, format);
    if (!type)
        fail(fmt::format("{} pixels of {} bits", format_name(format), bits),
             fmt::format("{}; convert the images", way_out));
    tiff_page page;
    page.number = number_;
    page.directory = static_cast<index_t>(TIFFCurrentDirOffset(handle_));
    page.shape = {1, tag<std::uint32_t>(handle_, TIFFTAG_IMAGELENGTH, 0),
                  tag<std::uint32_t>(handle_, TIFFTAG_IMAGEWIDTH, 0)};
    require_countable(page.shape, file_.path(), fmt::format("page {}", number_ + 1));
    page.type = *type;
    page.bilevel = bits == 1;
    page.white_is_zero = photometric == PHOTOMETRIC_MINISWHITE;
    page.data_offset = data_offset(handle_, page);
    page.data_end = data_end(handle_, page);
    page.grain = grain(handle_, page);
    const index_t bytes = voxel_block{page.shape, page.type}.bytes();
    if (bytes / most_expansion > file_.bytes())
        fail(fmt::format("{} x {} pixels in a file of {} bytes", page.shape.y, page.shape.x, file_.bytes()),
             "no more pixels than such a file can hold; its header is damaged");
    return page;
}

bool tiff_file::next() {
    do {
        log_->first.clear();
        ++number_;
        if (TIFFReadDirectory(handle_) == 0) {
            if (!log_->first.empty())
                fail("no readable page", "a whole TIFF file; it may be truncated");
            return false;
        }
    } while (is_thumbnail());
    return true;
}

void tiff_file::go_to(const tiff_page& page) {
    log_->first.clear();
    number_ = page.number;
    if (TIFFSetSubDirectory(handle_, static_cast<std::uint64_t>(page.directory)) == 0)
        fail("no readable page", "the page that was there when the file was opened");
}

}  // namespace tomosweep::io
