#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "tomosweep/io/file.hpp"

namespace tomosweep::io {

/// Voxels that stand in a file without gaps, x fastest, from `offset` on.
struct voxel_block {
    extent3 shape;
    dtype type = dtype::uint8;
    byte_order order = byte_order::little;
    index_t offset = 0;

    /// Needs an extent that require_countable() accepts.
    index_t bytes() const { return voxel_count(shape) * static_cast<index_t>(bytes_per_voxel(type)); }
};

/// The most voxels that a scan may have: 65536^3, a hundred times the largest tomogram of today. Sums of bytes, offsets
/// and squared lengths over so many stay far below 2^63.
inline constexpr index_t most_voxels = index_t{1} << 48;

/// Throws input_error, naming `path` and `where`, unless every axis holds a voxel and all together at most most_voxels.
/// To be called before anything is multiplied or allocated.
void require_countable(const extent3& extent, const std::string& path, const std::string& where);

/// Copies `box` of the block to `to`, dense and in native byte order. Runs without gaps are read in one call; narrow
/// boxes are read row by row, others together with the voxels between their rows. Throws input_error as
/// input_file::read() does. Peak memory: 4 MiB besides `to`.
void read_box(const input_file& file, const voxel_block& block, const box3& box, std::byte* to);

/// The voxels' bytes in memory, (z, y, x) with x fastest.
std::span<std::byte> bytes_of(grey_volume& grey);
std::span<const std::byte> bytes_of(const grey_volume& grey);

/// Turns the bytes of every value around, in place. `bytes_per_value` is 1, 2 or 4.
void swap_byte_order(std::span<std::byte> values, std::size_t bytes_per_value);

/// True when `order` is not this machine's.
bool foreign(byte_order order);

/// Where a slice of a scan stands: its file, and what names it inside the file (may be empty).
struct slice_place {
    std::string file;
    std::string slice;
};

/// Throws input_error for the first value of float data that is NaN or infinite, with file, slice, global voxel and
/// value. `grey` holds the voxels of `box`; `place_of` names global slices.
void require_finite(const grey_volume& grey, const box3& box, const std::function<slice_place(index_t z)>& place_of);

}  // namespace tomosweep::io
