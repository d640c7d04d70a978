#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep {

enum class scan_format : std::uint8_t { raw, tiff, hdf5 };

/// A scan to be written.
struct scan_layout {
    extent3 shape;
    dtype type = dtype::uint8;
    byte_order order = byte_order::little;
    bool deflate = false;                                ///< compress TIFF strips and HDF5 chunks; raw cannot
    std::optional<double> voxel_size_um = std::nullopt;  ///< stated in TIFF (as ImageJ does) and HDF5
};

/// Writes a scan slab by slab under a temporary name beside the final one; only finish() puts it there. A writer that
/// is destroyed unfinished leaves nothing behind. Every member is local and throws resource_error when the file cannot
/// be written. Peak memory besides the slab: a copy of it when the byte order is foreign, else a few strips or chunks.
class scan_writer {
public:
    scan_writer(const scan_writer&) = delete;
    scan_writer& operator=(const scan_writer&) = delete;
    virtual ~scan_writer();

    /// Writes the next slices: an array of the layout's type and (y, x) extent, any number of slices.
    void append(const grey_volume& slab);
    /// Makes the file durable and gives it its name. All slices must have been appended.
    void finish();

protected:
    scan_writer(const std::string& path, const scan_layout& layout);

    const scan_layout& layout() const { return layout_; }
    const std::string& temporary() const { return temporary_; }
    /// Throws resource_error about the file with `detail`.
    [[noreturn]] void fail(const std::string& detail) const;

private:
    /// Writes the slab whose first slice is `z`.
    virtual void write(const grey_volume& slab, index_t z) = 0;
    virtual void close() = 0;

    std::string path_;
    std::string temporary_;
    scan_layout layout_;
    index_t written_ = 0;
};

/// Begins to write a scan at `path`: headerless voxels; a multi-page TIFF, as BigTIFF when it may pass 4 GiB; or the
/// dataset /entry/data/data of an HDF5 file, its default NXdata signal. Throws input_error for an impossible layout.
/// Local.
std::unique_ptr<scan_writer> create_scan(scan_format format, const std::string& path, const scan_layout& layout);

namespace io {
std::unique_ptr<scan_writer> create_raw(const std::string& path, const scan_layout& layout);
std::unique_ptr<scan_writer> create_tiff(const std::string& path, const scan_layout& layout);
std::unique_ptr<scan_writer> create_hdf5(const std::string& path, const scan_layout& layout);
}  // namespace io

}  // namespace tomosweep
