#include <fmt/format.h>

#include <cstdint>

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/hdf5_scan.hpp"
#include "tomosweep/io/raw_scan.hpp"
#include "tomosweep/io/tiff_scan.hpp"

namespace tomosweep::python_scans_test {
namespace {

using namespace testing;

constexpr extent3 shape{6, 19, 23};

/// The formula of make_scans.py.
grey_volume expected(dtype type, extent3 extent = shape) {
    grey_volume grey = make_grey(type, extent);
    std::visit(
        [&](auto& values) {
            using value = std::remove_cvref_t<decltype(*values.data())>;
            for (index_t z = 0; z < extent.z; ++z)
                for (index_t y = 0; y < extent.y; ++y)
                    for (index_t x = 0; x < extent.x; ++x) {
                        const index_t level = (z * 2731 + y * 1009 + x * 317 + z * y * x) % 65536;
                        if constexpr (std::is_same_v<value, float>)
                            values(z, y, x) = static_cast<float>(level) / 8.0F - 1000.0F;
                        else
                            values(z, y, x) = static_cast<value>(level);
                    }
        },
        grey);
    return grey;
}

grey_volume expected_mask() {
    grey_volume mask = expected(dtype::uint8);
    for (std::uint8_t& level : std::get<array3<std::uint8_t>>(mask).values())
        level = level > 127 ? 1 : 0;
    return mask;
}

/// Scans that other programs wrote, made once for all tests.
class python_scans : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = std::make_unique<scratch_folder>();
        const std::string python = TOMOSWEEP_PYTHON;
        if (std::system((python + " -c 'import h5py, numpy, PIL, tifffile' 2> /dev/null").c_str()) != 0)
            return;
        const std::string command = python + " -B " TOMOSWEEP_MAKE_SCANS " " + folder_->path().string();
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
        made_ = true;
    }
    static void TearDownTestSuite() { folder_.reset(); }

    void SetUp() override {
        if (!made_)
            GTEST_SKIP() << "python3 with numpy, h5py, tifffile and Pillow is not here";
    }

    static std::string at(const std::string& name) { return *folder_ / name; }
    static std::unique_ptr<scan_source> tiff(const std::string& name) { return open_tiff({at(name)}); }
    static std::unique_ptr<scan_source> hdf5(const std::string& name, const std::string& dataset = "") {
        return open_hdf5({at(name), dataset});
    }
    static void expect_whole(const scan_source& scan, const grey_volume& truth) {
        expect_boxes_equal(scan, truth);
        EXPECT_EQ(scan.problems(), std::vector<std::string>());
    }

private:
    inline static std::unique_ptr<scratch_folder> folder_;
    inline static bool made_ = false;
};

TEST_F(python_scans, imagejs_single_directory_with_all_slices_behind_it_is_read_whole) {
    const auto scan = tiff("imagej_one_page.tif");
    expect_whole(*scan, expected(dtype::uint16));
    EXPECT_NEAR(scan->voxel_size_um().value_or(0), 0.65, 1e-6);
}

TEST_F(python_scans, imagejs_single_directory_with_slices_missing_is_refused) {
    const std::string path = at("cut.tif");
    std::filesystem::copy_file(at("imagej_one_page.tif"), path, std::filesystem::copy_options::overwrite_existing);
    shorten(path, 19 * 23 * 2 + 1);
    expect_mentions(refusal([&] { open_tiff({path}); }), {path, "6 slices", "room for 4", "truncated"});
}

TEST_F(python_scans, a_voxel_size_that_is_not_isotropic_or_in_inches_is_not_believed) {
    const auto anisotropic = tiff("imagej_pages.tif");
    expect_whole(*anisotropic, expected(dtype::float32));
    EXPECT_EQ(anisotropic->voxel_size_um(), std::nullopt);
    EXPECT_EQ(tiff("dots_per_inch.tif")->voxel_size_um(), std::nullopt);
}

TEST_F(python_scans, hyperstacks_are_refused) {
    expect_mentions(refusal([] { tiff("imagej_channels.tif"); }), {"imagej_channels.tif", "2 channels, 3 slices"});
}

TEST_F(python_scans, tiffs_of_other_programs_are_read) {
    expect_whole(*tiff("ome.ome.tif"), expected(dtype::uint16));
    expect_whole(*tiff("dots_per_inch.tif"), expected(dtype::uint16));
    expect_whole(*tiff("tiles.tif"), expected(dtype::int16));
    expect_whole(*tiff("deflate.tif"), expected(dtype::float32));
    expect_whole(*tiff("pillow_lzw.tif"), expected(dtype::uint8));
    expect_whole(*tiff("pillow_bits.tif"), expected_mask());
    expect_whole(*tiff("stack/*.tif"), expected(dtype::uint16));
    expect_whole(*tiff("float_predictor.tif"), expected(dtype::float32, {1, 19, 23}));
}

TEST_F(python_scans, numpys_big_endian_file_is_read) {
    expect_whole(*open_raw({at("headed.raw"), shape, dtype::int16, byte_order::big, 7}), expected(dtype::int16));
}

TEST_F(python_scans, hdf5_datasets_of_every_type_order_and_layout_are_read) {
    for (const auto& [name, type] : {std::pair{"plainu1l", dtype::uint8},
                                     {"plainu2l", dtype::uint16},
                                     {"plainu2b", dtype::uint16},
                                     {"plaini2l", dtype::int16},
                                     {"plaini2b", dtype::int16},
                                     {"plainf4l", dtype::float32},
                                     {"plainf4b", dtype::float32},
                                     {"packed", dtype::uint16},
                                     {"leading", dtype::float32}}) {
        SCOPED_TRACE(name);
        expect_whole(*hdf5("types.h5", name), expected(type));
    }
    expect_whole(*hdf5("types.h5", "/mask"), expected_mask());
}

TEST_F(python_scans, deflated_chunks_are_read_whatever_box_is_wanted) {
    for (const auto& [name, type] : {std::pair{"gzipu1", dtype::uint8},
                                     {"gzipu2", dtype::uint16},
                                     {"gzipi2", dtype::int16},
                                     {"gzipf4", dtype::float32}})
        for (const std::string shuffle : {"False", "True"}) {
            SCOPED_TRACE(name + shuffle);
            expect_boxes_equal(*hdf5("types.h5", name + shuffle), expected(type));
        }
    expect_boxes_equal(*hdf5("types.h5", "gzip_leading"), expected(dtype::uint16));
    EXPECT_EQ(hdf5("types.h5", "gzip_leading")->grain(), (extent3{4, 8, 8}));
    EXPECT_EQ(hdf5("types.h5", "/mask")->grain(), (extent3{1, 1, 1}));
}

TEST_F(python_scans, a_missing_chunk_is_the_fill_value_and_a_damaged_one_is_refused_in_hdf5s_words) {
    const grey_volume hole = hdf5("types.h5", "gzip_hole")->read(whole(shape));
    EXPECT_EQ(std::get<array3<std::uint16_t>>(hole)(0, 18, 22), 9);
    EXPECT_TRUE(same(cut(hole, {{1, 0, 0}, shape}), cut(expected(dtype::uint16), {{1, 0, 0}, shape})));
    const auto damaged = hdf5("types.h5", "gzip_damaged");
    expect_mentions(refusal([&] { damaged->read(whole(shape)); }), {"types.h5", "gzip_damaged", "HDF5: "});
    EXPECT_TRUE(same(damaged->read({{3, 0, 0}, shape}), cut(expected(dtype::uint16), {{3, 0, 0}, shape})));
}

TEST_F(python_scans, hdf5_datasets_that_are_no_grey_volume_are_refused_with_the_way_out) {
    const auto refused = [](const std::string& dataset) { return refusal([&] { hdf5("types.h5", dataset); }); };
    expect_mentions(refused("double"), {"types.h5", "double", "float64", "convert"});
    expect_mentions(refused("int32"), {"int32", "convert"});
    expect_mentions(refused("int8"), {"int8", "convert"});
    expect_mentions(refused("flat"), {"shape (19, 23)", "three axes"});
    expect_mentions(refused("series"), {"shape (2, 3, 19, 23)"});
    expect_mentions(refused("empty"), {"shape (0, 3, 3)"});
    expect_mentions(refused("text"), {"shape ()"});
    expect_mentions(refused("/not/there"), {"types.h5", "/not/there", "no readable dataset"});
}

TEST_F(python_scans, hdf5_voxels_that_were_never_written_are_a_problem) {
    const auto never = hdf5("types.h5", "never")->problems(), partly = hdf5("types.h5", "partly")->problems();
    ASSERT_EQ(never.size(), 1U);
    expect_mentions(never.front(), {"types.h5", "never written"});
    ASSERT_EQ(partly.size(), 1U);
    expect_mentions(partly.front(), {"types.h5", "partly", "2 of 3 chunks"});
}

TEST_F(python_scans, hdf5_voxel_sizes_are_believed_when_all_axes_agree_in_a_length_unit) {
    EXPECT_DOUBLE_EQ(hdf5("types.h5", "sized")->voxel_size_um().value_or(0), 0.16);
    EXPECT_EQ(hdf5("types.h5", "skewed")->voxel_size_um(), std::nullopt);
    EXPECT_EQ(hdf5("types.h5", "packed")->voxel_size_um(), std::nullopt);
    EXPECT_NEAR(hdf5("nexus.nxs")->voxel_size_um().value_or(0), 1.3, 1e-9);
    EXPECT_EQ(hdf5("nexus_pixels.nxs")->voxel_size_um(), std::nullopt);
}

TEST_F(python_scans, virtual_datasets_are_read_and_their_files_are_known) {
    const auto scan = hdf5("virtual.h5", "data");
    expect_whole(*scan, expected(dtype::uint16));
    ASSERT_EQ(scan->files().size(), 4U);
    EXPECT_EQ(scan->files()[3].path, at("part2.h5"));
}

TEST_F(python_scans, a_missing_part_of_a_virtual_dataset_is_refused_and_not_read_as_zeros) {
    const scratch_folder elsewhere;
    for (const char* name : {"virtual.h5", "part0.h5", "part2.h5"})
        std::filesystem::copy_file(at(name), elsewhere / name);
    expect_mentions(refusal([&] { open_hdf5({elsewhere / "virtual.h5", "data"}); }), {"part1.h5", "No such file"});
}

TEST_F(python_scans, a_dataset_without_a_name_is_found_in_the_usual_places) {
    for (const char* name : {"nexus.nxs", "beamline.h5", "exchange.h5", "savu.h5", "single.h5"}) {
        SCOPED_TRACE(name);
        expect_whole(*hdf5(name), expected(dtype::uint16));
    }
}

TEST_F(python_scans, several_or_no_candidates_are_refused_by_name) {
    expect_mentions(refusal([] { hdf5("several.h5"); }), {"several.h5", "/a", "/b/c", "dataset:"});
    expect_mentions(refusal([] { hdf5("flat.h5"); }), {"flat.h5", "no dataset with three axes"});
}

TEST_F(python_scans, truncated_hdf5_files_are_refused_in_its_words_and_nothing_is_printed) {
    const std::string path = at("cut.h5");
    std::filesystem::copy_file(at("single.h5"), path, std::filesystem::copy_options::overwrite_existing);
    ::testing::internal::CaptureStderr();
    shorten(path, 100);
    expect_mentions(refusal([&] { open_hdf5({path, ""}); }), {path, "no readable HDF5 file", "HDF5: "});
    write_text(path, "not at all HDF5");
    expect_mentions(refusal([&] { open_hdf5({path, ""}); }), {path, "file signature not found"});
    expect_mentions(refusal([&] { open_hdf5({at("none.h5"), ""}); }), {"none.h5", "No such file"});
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tomosweep::python_scans_test
