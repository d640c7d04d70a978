#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

class communicator;

/// Number formats of fields; masks, squared thicknesses, labels.
enum class field_type : std::uint8_t { uint8, uint32, uint64 };

template <class T>
concept field_voxel = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

template <field_voxel T>
constexpr field_type field_type_of() {
    return sizeof(T) == 1 ? field_type::uint8 : sizeof(T) == 4 ? field_type::uint32 : field_type::uint64;
}

/// One volume per threshold, written as /fields/NAME or /fields/PHASE/NAME of shape (threshold, z, y, x).
struct field_declaration {
    std::string name;
    field_type type = field_type::uint8;
    std::string units;
    std::string long_name;
};

/// The fields of one phase; `phase` is empty when the job has a single phase.
struct field_group {
    std::string phase;
    std::vector<double> thresholds;  ///< values of the coordinate `threshold` of these fields
    std::vector<field_declaration> fields;
};

/// All fields of a shard and the regular grid on which they live.
struct field_layout {
    extent3 extent;
    double voxel_size_um = 1;
    std::array<double, 3> origin_um{};  ///< lower corner of the first voxel (z, y, x) in the scan's frame
    std::vector<field_group> groups;
    std::int64_t transfer_bytes = std::int64_t{1} << 28;  ///< about as many bytes of voxels a rank packs at once
};

/// Writes one shard that holds large fields besides its figures and tables. Fields come first, from all ranks, into the
/// file's partial name; finish() adds the small data, which are known only then, and makes the file appear. A program
/// that dies before leaves nothing at `path`. Fields are stored in chunks of up to 64^3 voxels, shuffled and deflated
/// on all threads of all ranks; rank 0 asks HDF5 for their places in the file, and every rank writes its own to them.
/// `PATH` with the ending .xmf lets ParaView show them. Each field group carries its own coordinates threshold, z, y, x
/// (um, voxel centres), so that it can be opened alone. Making it and every member is collective; a failure on one rank
/// is thrown on all. Throws resource_error naming the path, hdf5_error.
class shard_writer {
public:
    shard_writer(const communicator& ranks, std::string path, field_layout layout);
    shard_writer(const shard_writer&) = delete;
    shard_writer& operator=(const shard_writer&) = delete;
    /// Collective. Without finish() the partial file is removed.
    ~shard_writer();

    /// Writes this rank's `box` of a field at one threshold. `voxels` has the extent of the box; the boxes of all ranks
    /// do not overlap and together are the volume; a rank without voxels gives an empty box. Voxels of chunks that
    /// reach over several ranks travel to the lowest of them. Peak memory: about layout.transfer_bytes, less what
    /// packing saves, and three chunks per thread.
    template <field_voxel T>
    void write(const std::string& phase, const std::string& field, index_t threshold, const box3& box,
               view3<const T> voxels) {
        write_voxels(phase, field, threshold, box,
                     {voxels.data(), voxels.extent(), voxels.row_stride(), voxels.plane_stride(), field_type_of<T>()});
    }

    /// Adds `root`, of which only rank 0's matters, and publishes the shard. Fields that were not written are 0.
    void finish(const data_group& root);

private:
    struct block {
        const void* data;
        extent3 extent;
        index_t row_stride, plane_stride;
        field_type type;
    };
    struct state;

    void write_voxels(const std::string& phase, const std::string& field, index_t threshold, const box3& box,
                      const block& voxels);

    std::unique_ptr<state> state_;
};

}  // namespace tomosweep
