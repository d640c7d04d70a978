#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

#include <limits>

#include "io/tiff_fixtures.hpp"
#include "tomosweep/core/memory.hpp"
#include "tomosweep/io/hdf5_scan.hpp"
#include "tomosweep/io/phantom_source.hpp"
#include "tomosweep/io/raw_scan.hpp"
#include "tomosweep/io/tiff_scan.hpp"
#include "tomosweep/io/vol_scan.hpp"

namespace tomosweep::absurd_scans_test {
namespace {

using namespace testing;

constexpr index_t huge = std::numeric_limits<index_t>::max();
/// What opening a scan may add to the resident memory.
constexpr std::int64_t most_bytes = 64 << 20;

/// The message of the refusal, which must come before memory is taken.
template <class Action>
std::string cheap_refusal(Action action) {
    const std::int64_t before = peak_resident_bytes();
    const std::string message = refusal(action);
    EXPECT_LT(peak_resident_bytes() - before, most_bytes) << message;
    return message;
}

/// A file of any length that takes no space.
void make_sparse(const std::string& path, index_t bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
    ASSERT_EQ(::ftruncate(file, bytes), 0);
    ::close(file);
}

TEST(absurd_scans, raw_shapes_and_offsets_that_overflow_are_refused) {
    const scratch_folder folder;
    make_sparse(folder / "scan.raw", 1024);
    for (const extent3& shape : {extent3{huge, huge, huge}, {1, huge, 2}, {std::int64_t{1} << 40, 1 << 20, 1 << 4}})
        expect_mentions(cheap_refusal([&] {
                            open_raw({folder / "scan.raw", shape, dtype::float32});
                        }),
                        {"scan.raw", "shape", std::to_string(shape.y), "281474976710656"});
    expect_mentions(cheap_refusal([&] {
                        open_raw({folder / "scan.raw", {1, 1, 1}, dtype::uint8, byte_order::little, huge});
                    }),
                    {"scan.raw", "offset", std::to_string(huge)});
}

TEST(absurd_scans, info_files_that_overflow_are_refused) {
    const scratch_folder folder;
    make_sparse(folder / "scan.vol", 1024);
    for (const std::string number : {"9223372036854775807", "4294967296"}) {
        write_text(folder / "scan.vol.info", "NUM_X = " + number + "\nNUM_Y = " + number + "\nNUM_Z = 1\n");
        expect_mentions(cheap_refusal([&] { open_vol({folder / "scan.vol"}); }), {"scan.vol", number});
    }
    write_text(folder / "scan.vol.info", "NUM_X = 9223372036854775808\nNUM_Y = 1\nNUM_Z = 1\n");
    expect_mentions(cheap_refusal([&] { open_vol({folder / "scan.vol"}); }), {"line 1", "num_x"});
    write_text(folder / "scan.vol.info", "NUM_X = 1\nNUM_Y = 1\nNUM_Z = 1\nvoxelSize = 1e999\n");
    expect_mentions(cheap_refusal([&] { open_vol({folder / "scan.vol"}); }), {"line 4", "voxelsize"});
}

/// A little-endian TIFF with one directory of long values and, behind it, nothing.
std::string tiff_header(std::initializer_list<std::pair<int, std::uint32_t>> tags) {
    std::string bytes("II*\0\x08\0\0\0", 8);
    const auto put = [&bytes](std::uint64_t value, int length) {
        for (int i = 0; i < length; ++i)
            bytes += static_cast<char>(value >> (8 * i));
    };
    put(tags.size(), 2);
    for (const auto& [tag, value] : tags) {
        put(static_cast<std::uint64_t>(tag), 2);
        put(TIFF_LONG, 2);
        put(1, 4);
        put(value, 4);
    }
    put(0, 4);
    return bytes;
}

TEST(absurd_scans, tiff_pages_larger_than_any_file_are_refused) {
    const scratch_folder folder;
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE})
        for (const std::uint32_t edge : {0x80000000U, 0xFFFFFFFFU, 1U << 20U}) {
            write_text(folder / "scan.tif", tiff_header({{TIFFTAG_IMAGEWIDTH, edge},
                                                         {TIFFTAG_IMAGELENGTH, edge},
                                                         {TIFFTAG_BITSPERSAMPLE, 8},
                                                         {TIFFTAG_COMPRESSION, static_cast<std::uint32_t>(compression)},
                                                         {TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK},
                                                         {TIFFTAG_STRIPOFFSETS, 8},
                                                         {TIFFTAG_ROWSPERSTRIP, edge},
                                                         {TIFFTAG_STRIPBYTECOUNTS, 16}}));
            expect_mentions(cheap_refusal([&] { open_tiff({folder / "scan.tif"}); }), {"scan.tif", "page 1"});
        }
}

TEST(absurd_scans, tiff_offsets_beyond_any_file_are_a_truncated_file) {
    const scratch_folder folder;
    // A BigTIFF of one strip; its offset, the only 8-byte value that stands behind its tag, is overwritten.
    write_tiff(folder / "scan.tif", random_grey(dtype::uint8, {1, 4, 4}, 1), {.mode = "wl8"});
    std::string bytes = io::read_text(folder / "scan.tif", 1 << 20);
    const std::size_t entry = bytes.find(std::string("\x11\x01\x10\0", 4));
    ASSERT_NE(entry, std::string::npos);
    bytes.replace(entry + 12, 8, std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8));
    write_text(folder / "scan.tif", bytes);
    const auto scan = open_tiff({folder / "scan.tif"});
    ASSERT_EQ(scan->problems().size(), 1U);
    expect_mentions(scan->problems().front(), {"scan.tif", "truncated"});
    EXPECT_THROW(scan->read(whole(scan->extent())), input_error);
}

TEST(absurd_scans, imagej_slices_beyond_counting_are_refused) {
    const scratch_folder folder;
    write_tiff(folder / "scan.tif", random_grey(dtype::uint8, {1, 1, 1}, 1),
               {.description = "ImageJ=1.53\nimages=1000000000\nslices=1000000000\n"});
    make_sparse(folder / "scan.tif", index_t{1} << 31);
    expect_mentions(cheap_refusal([&] { open_tiff({folder / "scan.tif"}); }), {"scan.tif", "1000000000 slices"});
}

/// A dataset that claims an extent and holds nothing.
void add_empty_dataset(hid_t file, const char* name, std::vector<hsize_t> lengths) {
    const hid_t space = H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr);
    const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    for (hsize_t& length : lengths)
        length = std::min<hsize_t>(length, 64);
    H5Pset_chunk(layout, static_cast<int>(lengths.size()), lengths.data());
    const hid_t dataset = H5Dcreate2(file, name, H5T_STD_U8LE, space, H5P_DEFAULT, layout, H5P_DEFAULT);
    ASSERT_GE(dataset, 0);
    H5Dclose(dataset);
    H5Pclose(layout);
    H5Sclose(space);
}

void add_text(hid_t file, const char* name, const char* text, hsize_t count) {
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &count, nullptr);
    H5Tset_size(type, 1);
    const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(attribute, type, text), 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

TEST(absurd_scans, hdf5_extents_beyond_counting_are_refused) {
    const scratch_folder folder;
    for (const std::vector<hsize_t>& lengths :
         {std::vector<hsize_t>{1ULL << 62, 4, 4}, {4, 4, 1ULL << 50}, {1ULL << 31, 1ULL << 31, 4}}) {
        const std::string path = folder / "scan.h5";
        const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        add_empty_dataset(file, "volume", lengths);
        H5Fclose(file);
        expect_mentions(cheap_refusal([&] { open_hdf5({path, ""}); }), {"scan.h5", "/volume", "281474976710656"});
    }
}

TEST(absurd_scans, hdf5_coordinates_without_data_cost_nothing) {
    const scratch_folder folder;
    const std::string path = folder / "scan.h5";
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add_empty_dataset(file, "volume", {4, 4, 4});
    for (const char* axis : {"z", "y", "x"})
        add_empty_dataset(file, axis, {1ULL << 32});
    add_text(file, "axes", "zyx", 3);
    H5Fclose(file);
    const std::int64_t before = peak_resident_bytes();
    EXPECT_EQ(open_hdf5({path, ""})->voxel_size_um(), std::nullopt);
    EXPECT_LT(peak_resident_bytes() - before, most_bytes);
}

TEST(absurd_scans, phantoms_that_no_memory_holds_are_refused_by_their_parameter) {
    const auto refused = [](auto change) {
        phantom_source phantom;
        change(phantom);
        return cheap_refusal([&] { open_phantom(phantom); });
    };
    expect_mentions(refused([](phantom_source& p) { p.shape = {1'000'000, 1'000'000, 1'000'000}; }), {"shape"});
    expect_mentions(refused([](phantom_source& p) {
                        p.shape = {1, 40'000, 40'000};
                        p.islet_diameter = 1;
                    }),
                    {"islet_diameter"});
    expect_mentions(refused([](phantom_source& p) {
                        p.shape = {4000, 4000, 4000};
                        p.pores = 1'000'000'000;
                        p.pore_radius = 0;
                    }),
                    {"pores"});
    expect_mentions(refused([](phantom_source& p) { p.pores = 5000; }), {"pores", "5000"});
    expect_mentions(refused([](phantom_source& p) { p.blur_sigma = 1000; }), {"blur_sigma"});
}

}  // namespace
}  // namespace tomosweep::absurd_scans_test
