#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/io/phantom.hpp"

namespace tomosweep {

enum class byte_order : std::uint8_t { little, big };

/// A headerless file of voxels, x fastest, after `offset` bytes.
struct raw_source {
    std::string path;
    extent3 shape;
    dtype type = dtype::uint8;
    byte_order order = byte_order::little;
    index_t offset = 0;
};

/// A PyHST2 volume: float32 (or as its info file says) beside PATH.info.
struct vol_source {
    std::string path;
};

/// A glob over single-page files in natural order ("slices/*.tif"), or one multi-page file.
struct tiff_source {
    std::string path;
};

/// A 3-D dataset of an HDF5 file; an empty `dataset` means the usual places are searched.
struct hdf5_source {
    std::string path;
    std::string dataset;
};

using source_spec = std::variant<raw_source, vol_source, tiff_source, hdf5_source, phantom_source>;

/// One file that a scan is made of, as it was when it was looked at.
struct file_identity {
    std::string path;
    std::int64_t bytes = 0;
    std::int64_t modified_ns = 0;
};

/// A scan that can be read box by box. Every member is local: any rank may read any box at any time.
class scan_source {
public:
    scan_source() = default;
    scan_source(const scan_source&) = delete;
    scan_source& operator=(const scan_source&) = delete;
    virtual ~scan_source() = default;

    virtual extent3 extent() const = 0;
    virtual dtype type() const = 0;

    /// The voxels of `box`, which lies inside whole(extent()), dense and in native byte order. Throws input_error for
    /// truncated files, for files that changed since they were opened, and for float data that are not finite (file,
    /// slice, voxel, value). Peak memory: the box, and besides it, per OpenMP thread,
    /// up to three strips, tiles or chunks, or 4 MiB.
    virtual grey_volume read(const box3& box) const = 0;

    /// What is read as a whole, counted from the scan's first voxel: a chunk, a strip, a slice with a file of its own.
    /// A part of a grain costs as much as all of it.
    virtual extent3 grain() const { return {1, 1, 1}; }

    /// Edge of a voxel in um where the files state one isotropic size in a length unit; nullopt where they state none,
    /// or one that cannot be trusted (dots per inch of a TIFF, unequal axes).
    virtual std::optional<double> voxel_size_um() const { return std::nullopt; }

    /// The files behind the scan in reading order; empty for a phantom.
    virtual std::vector<file_identity> files() const = 0;

    /// Looks at everything that can be known without reading voxels: every slice's size and type, every file's length.
    /// Returns one message per problem, each naming its file; empty when all is well.
    virtual std::vector<std::string> problems() const = 0;
};

/// Opens a scan: finds its files, reads its header. Paths must be absolute or relative to the working directory.
/// Throws input_error when the scan cannot be understood. Local.
std::unique_ptr<scan_source> open_source(const source_spec& spec);

}  // namespace tomosweep
