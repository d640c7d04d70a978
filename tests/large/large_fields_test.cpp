// A field of more than 2^32 voxels in a file of more than 4 GiB: incompressible bytes, written by two ranks of 2^31
// bytes and more each, and read back in slabs with plain HDF5.
#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>

#include "support/witness.hpp"
#include "tomosweep/archive/field_file.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep::large_fields_test {
namespace {

constexpr extent3 extent{1664, 1616, 1616};
constexpr index_t slabs = 8;
static_assert(voxel_count(extent) > index_t{1} << 32);

/// Eight bytes that no compression shortens.
std::uint64_t bytes_at(index_t eighth) {
    std::uint64_t mixed = static_cast<std::uint64_t>(eighth) * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
    return mixed ^ mixed >> 31;
}

box3 slab_of(int rank, int ranks, index_t slab) {
    const index_t pieces = slabs * ranks, piece = rank * slabs + slab;
    return {{extent.z * piece / pieces, 0, 0}, {extent.z * (piece + 1) / pieces, extent.y, extent.x}};
}

std::span<std::uint64_t> words_of(array3<std::uint8_t>& voxels) {
    return {reinterpret_cast<std::uint64_t*>(voxels.data()), static_cast<std::size_t>(voxels.voxels() / 8)};
}

void write_field(const communicator& ranks, const std::string& path) {
    field_layout layout;
    layout.extent = extent;
    layout.groups = {{"", {100}, {{"mask", field_type::uint8, "1", "noise"}}}};
    shard_writer shard(ranks, path, layout);
    const box3 box{slab_of(ranks.rank(), ranks.size(), 0).lo, slab_of(ranks.rank(), ranks.size(), slabs - 1).hi};
    array3<std::uint8_t> voxels(box.extent());
    for (index_t at = linear_index(box.lo, extent) / 8; std::uint64_t & word : words_of(voxels))
        word = bytes_at(at++);
    shard.write("", "mask", 0, box, view3<const std::uint8_t>(voxels.view()));
    shard.finish({});
}

/// Words of a slab that differ from what was written.
index_t wrong_words(hid_t data, const box3& box) {
    array3<std::uint8_t> voxels(box.extent());
    const extent3 size = box.extent();
    const std::array<hsize_t, 4> start{0, static_cast<hsize_t>(box.lo.z), 0, 0};
    const std::array<hsize_t, 4> count{1, static_cast<hsize_t>(size.z), static_cast<hsize_t>(size.y),
                                       static_cast<hsize_t>(size.x)};
    const hid_t in_file = H5Dget_space(data), memory = H5Screate_simple(4, count.data(), nullptr);
    H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    EXPECT_GE(H5Dread(data, H5T_NATIVE_UINT8, memory, in_file, H5P_DEFAULT, voxels.data()), 0);
    H5Sclose(memory);
    H5Sclose(in_file);
    index_t wrong = 0;
    for (index_t at = linear_index(box.lo, extent) / 8; const std::uint64_t word : words_of(voxels))
        wrong += word != bytes_at(at++);
    return wrong;
}

TEST(large_fields, more_than_2_to_the_32_voxels_and_4_gib_are_read_back_as_written) {
    const auto ranks = communicator::world();
    const test::scratch_folder folder;
    std::string path = folder.file("scan.h5");
    ranks.broadcast(path);
    write_field(ranks, path);
    EXPECT_GT(std::filesystem::file_size(path), std::uintmax_t{1} << 32);
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t data = H5Dopen2(file, "/fields/mask", H5P_DEFAULT);
    for (index_t slab = 0; slab < slabs; ++slab)
        EXPECT_EQ(wrong_words(data, slab_of(ranks.rank(), ranks.size(), slab)), 0) << "slab " << slab;
    H5Dclose(data);
    H5Fclose(file);
    ranks.barrier();
}

}  // namespace
}  // namespace tomosweep::large_fields_test
