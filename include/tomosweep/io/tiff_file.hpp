#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/io/file.hpp"
#include "tomosweep/io/voxel_block.hpp"

struct tiff;

namespace tomosweep::io {

/// One page of a TIFF file, as far as reading it needs to know.
struct tiff_page {
    index_t number = 0;     ///< counted from 0
    index_t directory = 0;  ///< where its directory stands in the file
    extent3 shape;          ///< (1, height, width)
    dtype type = dtype::uint8;
    bool bilevel = false;                ///< 1 bit per pixel
    bool white_is_zero = false;          ///< only regarded for 1 bit
    std::optional<index_t> data_offset;  ///< where the pixels stand, if uncompressed and without gaps
    index_t data_end = 0;                ///< where the last strip or tile ends
    extent3 grain;                       ///< what is decoded as a whole
};

/// What ImageJ says about a stack in the description of its first page.
struct imagej_description {
    index_t images = 1;
    index_t channels = 1;
    index_t slices = 1;
    index_t frames = 1;
    std::optional<double> voxel_size_um;  ///< only when the three axes agree, in nm, um or mm
};

/// A TIFF file at one of its pages. Every member throws input_error, with libtiff's own words where it has any; libtiff
/// prints nothing. 1, 8 and 16 bits unsigned, 16 bits signed and 32 bits float, one sample per pixel; anything else is
/// refused. Values are taken as stored, upside up as stored, whatever the tags say about their display; only pixels of
/// 1 bit, which mean nothing but black and white, become 1 for white and 0 for black, in either photometric convention.
class tiff_file {
public:
    explicit tiff_file(const file_identity& seen);
    tiff_file(const tiff_file&) = delete;
    tiff_file& operator=(const tiff_file&) = delete;
    ~tiff_file();

    const input_file& file() const { return file_; }
    byte_order order() const;

    /// The current page; after opening the first one.
    tiff_page page() const;
    /// Steps to the next page that is not a thumbnail; false at the end.
    bool next();
    /// Steps to a page seen before, in constant time.
    void go_to(const tiff_page& page);

    /// What ImageJ wrote into the current page; nullopt when it was not written by ImageJ.
    std::optional<imagej_description> imagej() const;

    /// Decodes the rows and columns of `window` (its z is ignored) of `page`, which must be the current page unless it
    /// has a data_offset. Only the strips or tiles that meet the window are read. Peak memory: one of them.
    void read(const tiff_page& page, const box3& window, std::byte* to) const;

private:
    struct error_log;
    bool is_thumbnail() const;
    [[noreturn]] void fail(const std::string& found, const std::string& accepted) const;

    input_file file_;
    std::unique_ptr<error_log> log_;
    tiff* handle_ = nullptr;
    index_t number_ = 0;
};

}  // namespace tomosweep::io
