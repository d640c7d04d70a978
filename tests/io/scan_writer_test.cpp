#include "tomosweep/io/scan_writer.hpp"

#include <fmt/format.h>

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/hdf5_scan.hpp"
#include "tomosweep/io/raw_scan.hpp"
#include "tomosweep/io/tiff_scan.hpp"

namespace tomosweep::scan_writer_test {
namespace {

using namespace testing;

void write_scan(scan_format format, const std::string& path, const scan_layout& layout, const grey_volume& truth) {
    const auto writer = create_scan(format, path, layout);
    for (index_t z = 0; z < layout.shape.z; z += 3) {
        const index_t end = std::min(z + 3, layout.shape.z);
        writer->append(cut(truth, {{z, 0, 0}, {end, layout.shape.y, layout.shape.x}}));
    }
    writer->finish();
}

std::unique_ptr<scan_source> open_as(scan_format format, const std::string& path, const scan_layout& layout) {
    switch (format) {
        case scan_format::raw: return open_raw({path, layout.shape, layout.type, layout.order, 0});
        case scan_format::tiff: return open_tiff({path});
        case scan_format::hdf5: break;
    }
    return open_hdf5({path, ""});
}

constexpr scan_format all_formats[] = {scan_format::raw, scan_format::tiff, scan_format::hdf5};

TEST(scan_writer, what_is_written_is_read_box_by_box_in_every_format) {
    const scratch_folder folder;
    for (const scan_format format : all_formats)
        for (const dtype type : all_types)
            for (const byte_order order : both_orders)
                for (const bool deflate : {false, true})
                    for (const extent3 shape : {extent3{7, 130, 21}, {1, 5, 9}, {9, 1, 1}, {1, 1, 1}}) {
                        SCOPED_TRACE(fmt::format("format {} type {} order {} deflate {} z {}", static_cast<int>(format),
                                                 name_of(type), static_cast<int>(order), deflate, shape.z));
                        const std::string path = folder / "scan";
                        const scan_layout layout{shape, type, order, deflate, {}};
                        const grey_volume truth = random_grey(type, shape, 11);
                        write_scan(format, path, layout, truth);
                        const auto scan = open_as(format, path, layout);
                        expect_boxes_equal(*scan, truth);
                        EXPECT_EQ(scan->problems(), std::vector<std::string>());
                        EXPECT_EQ(scan->files().size(), 1U);
                        EXPECT_EQ(scan->voxel_size_um(), std::nullopt);
                    }
}

TEST(scan_writer, tiff_and_hdf5_state_the_voxel_size_they_were_given) {
    const scratch_folder folder;
    for (const scan_format format : {scan_format::tiff, scan_format::hdf5}) {
        const scan_layout layout{{3, 4, 5}, dtype::uint8, byte_order::little, false, 0.16};
        write_scan(format, folder / "scan", layout, random_grey(dtype::uint8, layout.shape, 1));
        EXPECT_DOUBLE_EQ(open_as(format, folder / "scan", layout)->voxel_size_um().value_or(0), 0.16);
    }
}

TEST(scan_writer, the_name_appears_only_with_the_last_slice) {
    const scratch_folder folder;
    for (const scan_format format : all_formats) {
        const std::string path = folder / "unfinished";
        {
            const auto writer = create_scan(format, path, {{2, 3, 4}});
            writer->append(random_grey(dtype::uint8, {1, 3, 4}, 1));
            EXPECT_FALSE(std::filesystem::exists(path));
            EXPECT_THROW(writer->finish(), internal_error);
        }
        EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    }
}

TEST(scan_writer, refuses_slabs_that_do_not_belong_to_the_scan) {
    const scratch_folder folder;
    const auto writer = create_scan(scan_format::raw, folder / "scan", {{2, 3, 4}});
    EXPECT_THROW(writer->append(random_grey(dtype::uint16, {1, 3, 4}, 1)), internal_error);
    EXPECT_THROW(writer->append(random_grey(dtype::uint8, {1, 4, 4}, 1)), internal_error);
    EXPECT_THROW(writer->append(random_grey(dtype::uint8, {3, 3, 4}, 1)), internal_error);
}

TEST(scan_writer, a_folder_that_does_not_exist_is_a_resource_error) {
    const scratch_folder folder;
    for (const scan_format format : all_formats)
        EXPECT_THROW(create_scan(format, folder / "missing/scan", {{2, 3, 4}}), resource_error);
}

TEST(scan_writer, a_full_disk_is_a_resource_error) {
    if (!std::filesystem::exists("/dev/full"))
        GTEST_SKIP() << "no /dev/full here";
    const scratch_folder folder;
    const std::string path = folder / "scan";
    // The temporary name is known to lead to /dev/full before the writer opens it.
    std::filesystem::create_symlink("/dev/full", fmt::format("{}.{}.part", path, ::getpid()));
    const auto writer = create_scan(scan_format::raw, path, {{2, 3, 4}});
    EXPECT_THROW(writer->append(random_grey(dtype::uint8, {2, 3, 4}, 1)), resource_error);
}

}  // namespace
}  // namespace tomosweep::scan_writer_test
