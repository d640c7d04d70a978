#pragma once

#include <cstddef>
#include <vector>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/io/hdf5_file.hpp"

namespace tomosweep::io {

/// What HDF5 reads as a whole, of the last three axes: a chunk, or a voxel where the dataset has none. Local.
extent3 grain_of(const hdf5_id& dataset);

/// Reads datasets of deflated chunks on all threads; HDF5 itself inflates on one.
class chunk_reader {
public:
    /// `dataset` has at least three axes, of which all but the last three have the length 1. Local.
    chunk_reader(const hdf5_id& dataset, dtype type);

    /// Whether the dataset is one that this class can read: chunks of at most 64 MiB, deflated and possibly shuffled
    /// before, of values as they stand in memory.
    bool usable() const { return usable_; }

    /// Reads `box`, which is not empty, densely to `to`. False when a chunk is missing or damaged: what stands at `to`
    /// is of no use then, and reading through HDF5 tells the reason. Local. Peak memory: two or three chunks per
    /// thread.
    bool read(const hdf5_id& dataset, const box3& box, std::byte* to) const;

private:
    class worker;

    bool usable_ = false;
    bool shuffled_ = false;
    std::size_t leading_axes_ = 0;
    extent3 chunk_;
    std::size_t voxel_bytes_ = 1;
};

}  // namespace tomosweep::io
