#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <vector>

#include "scan_fixtures.hpp"

namespace tomosweep::far_offsets_test {
namespace {

using namespace testing;

/// Voxels of a contiguous dataset; the file has holes where nothing was written.
struct sparse_dataset {
    extent3 shape;
    box3 written;
    std::uint8_t value;

    void write(const std::string& path, bool chunked) const {
        const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        const hid_t space = space_of(shape);
        const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
        const std::array<hsize_t, 3> chunk{1, 64, 64};
        if (chunked)
            H5Pset_chunk(creation, 3, chunk.data());
        const hid_t data = H5Dcreate2(file, "data", H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
        const extent3 extent = written.extent();
        const hid_t memory = space_of(extent);
        const std::array<hsize_t, 3> start = lengths(written.lo), count = lengths(extent);
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
        const std::vector<std::uint8_t> values(static_cast<std::size_t>(voxel_count(extent)), value);
        EXPECT_GE(H5Dwrite(data, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, values.data()), 0);
        for (const hid_t each : {memory, space})
            H5Sclose(each);
        H5Dclose(data);
        H5Pclose(creation);
        H5Fclose(file);
    }

private:
    static std::array<hsize_t, 3> lengths(const extent3& of) {
        return {static_cast<hsize_t>(of.z), static_cast<hsize_t>(of.y), static_cast<hsize_t>(of.x)};
    }
    static hid_t space_of(const extent3& extent) {
        const std::array<hsize_t, 3> of = lengths(extent);
        return H5Screate_simple(3, of.data(), nullptr);
    }
};

TEST(far_offsets, hdf5_voxels_behind_4_gib_are_read_from_a_file_with_holes) {
    const scratch_folder folder;
    const std::string path = folder / "huge.h5";
    const extent3 shape{5, 32768, 32768};
    for (const bool chunked : {false, true}) {
        sparse_dataset{shape, {{4, 32704, 32704}, shape}, 77}.write(path, chunked);
        const auto scan = open_source(hdf5_source{path, "/data"});
        ASSERT_EQ(scan->extent(), shape);
        const grey_volume end = scan->read({{4, 32766, 32766}, shape});
        for (const std::uint8_t voxel : std::get<array3<std::uint8_t>>(end).values())
            EXPECT_EQ(voxel, 77) << (chunked ? "chunked" : "contiguous");
    }
}

}  // namespace
}  // namespace tomosweep::far_offsets_test
