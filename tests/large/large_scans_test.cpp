// Scans of more than 2^32 voxels, written and then read in one piece in every format. Takes 4.1 GiB of memory and, for
// TIFF, as much of the disk; the raw and HDF5 files have holes.
#include <gtest/gtest.h>

#include <algorithm>

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/scan_writer.hpp"

namespace tomosweep::large_scans_test {
namespace {

using namespace testing;

constexpr extent3 shape{1340, 1789, 1792};
static_assert(voxel_count(shape) > index_t{1} << 32);
constexpr index3 marked[] = {{0, 0, 1}, {669, 1788, 1791}, {670, 0, 0}, {1339, 0, 0}, {1339, 1788, 1791}};

/// Zeros with marks 1, 2, ...: two slabs of more than 2^31 bytes.
void write_scan(scan_format format, const std::string& path, bool deflate) {
    const auto writer = create_scan(format, path, {.shape = shape, .deflate = deflate});
    for (const index_t z : {index_t{0}, shape.z / 2}) {
        const box3 slab{{z, 0, 0}, {z + shape.z / 2, shape.y, shape.x}};
        static_assert(voxel_count({shape.z / 2, shape.y, shape.x}) > index_t{1} << 31);
        array3<std::uint8_t> grey(slab.extent(), 0);
        for (std::uint8_t mark = 1; const index3& place : marked) {
            if (slab.contains(place))
                grey.view()[place - slab.lo] = mark;
            ++mark;
        }
        writer->append(grey_volume(std::move(grey)));
    }
    writer->finish();
}

void expect_marks(const source_spec& source) {
    const auto scan = open_source(source);
    ASSERT_EQ(scan->extent(), shape);
    EXPECT_EQ(scan->problems(), std::vector<std::string>());
    const grey_volume whole_scan = scan->read(whole(shape));
    const auto& grey = std::get<array3<std::uint8_t>>(whole_scan);
    for (std::uint8_t mark = 1; const index3& place : marked)
        EXPECT_EQ(grey.view()[place], mark++);
    EXPECT_EQ(std::ranges::count(grey.values(), 0), voxel_count(shape) - std::ssize(marked));
}

TEST(large_scans, raw_files_of_more_than_2_to_the_32_bytes_are_written_and_read) {
    const scratch_folder folder;
    write_scan(scan_format::raw, folder / "scan.raw", false);
    expect_marks(raw_source{folder / "scan.raw", shape});
}

TEST(large_scans, tiff_files_of_more_than_2_to_the_32_bytes_are_written_and_read) {
    const scratch_folder folder;
    write_scan(scan_format::tiff, folder / "scan.tif", false);
    expect_marks(tiff_source{folder / "scan.tif"});
}

TEST(large_scans, hdf5_datasets_of_more_than_2_to_the_32_voxels_are_written_and_read) {
    const scratch_folder folder;
    for (const bool deflate : {false, true}) {
        write_scan(scan_format::hdf5, folder / "scan.h5", deflate);
        expect_marks(hdf5_source{folder / "scan.h5", ""});
    }
}

}  // namespace
}  // namespace tomosweep::large_scans_test
