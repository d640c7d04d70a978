#include "tomosweep/io/tiff_scan.hpp"

#include <unistd.h>

#include <cmath>

#include "io/tiff_fixtures.hpp"

namespace tomosweep::tiff_scan_test {
namespace {

using namespace testing;

void expect_pages_read(const grey_volume& truth, const tiff_style& style) {
    SCOPED_TRACE(fmt::format("{} mode {} compression {} predictor {} rows {} tile {}", name_of(dtype_of(truth)),
                             style.mode, style.compression, style.predictor, style.rows_per_strip, style.tile));
    const scratch_folder folder;
    write_tiff(folder / "scan.tif", truth, style);
    const auto scan = open_tiff({folder / "scan.tif"});
    expect_boxes_equal(*scan, truth);
    EXPECT_EQ(scan->problems(), std::vector<std::string>());
    EXPECT_EQ(scan->voxel_size_um(), std::nullopt);
}

TEST(tiff_scan, reads_every_type_in_both_byte_orders_classic_and_big) {
    for (const dtype type : all_types)
        for (const std::string mode : {"wl", "wb", "wl8", "wb8"})
            for (const index_t rows : {0, 1, 7})
                expect_pages_read(random_grey(type, {3, 37, 41}, 2), {.mode = mode, .rows_per_strip = rows});
}

TEST(tiff_scan, reads_tiles_that_reach_over_the_page) {
    for (const dtype type : all_types)
        for (const std::string mode : {"wl", "wb8"})
            for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW})
                expect_pages_read(random_grey(type, {2, 37, 41}, 2),
                                  {.mode = mode, .compression = compression, .tile = 16});
}

TEST(tiff_scan, reads_every_lossless_compression_of_libtiff) {
    int tried = 0;
    for (const int compression :
         {COMPRESSION_LZW, COMPRESSION_PACKBITS, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_ZSTD, COMPRESSION_LZMA})
        for (const dtype type : all_types)
            if (TIFFIsCODECConfigured(static_cast<std::uint16_t>(compression)) != 0) {
                ++tried;
                for (const std::string mode : {"wl", "wb"})
                    expect_pages_read(random_grey(type, {2, 30, 23}, 2), {mode, compression, PREDICTOR_NONE, 8});
            }
    EXPECT_GE(tried, 4 * 4);
}

TEST(tiff_scan, reads_what_predictors_changed) {
    for (const std::string mode : {"wl", "wb"})
        for (const dtype type : {dtype::uint8, dtype::uint16})
            expect_pages_read(random_grey(type, {2, 30, 23}, 2), {mode, COMPRESSION_LZW, PREDICTOR_HORIZONTAL, 8});
    // libtiff 4.5 writes this predictor wrongly for big-endian files; python_scans_test reads a right one.
    expect_pages_read(random_grey(dtype::float32, {2, 30, 23}, 2),
                      {"wl", COMPRESSION_ADOBE_DEFLATE, PREDICTOR_FLOATINGPOINT, 8});
}

TEST(tiff_scan, reads_bytes_stored_with_their_bits_turned_around) {
    expect_pages_read(random_grey(dtype::uint8, {2, 9, 11}, 2), {.rows_per_strip = 4, .fill_order = FILLORDER_LSB2MSB});
}

TEST(tiff_scan, bits_become_one_for_white_in_either_photometric_convention) {
    const scratch_folder folder;
    array3<std::uint8_t> bits({3, 12, 21});
    std::mt19937 random(4);
    for (std::uint8_t& bit : bits.values())
        bit = random() % 2;
    array3<std::uint8_t> turned(bits.extent());
    std::transform(bits.values().begin(), bits.values().end(), turned.data(), [](std::uint8_t bit) { return 1 - bit; });
    const grey_volume as_stored = std::move(turned);
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_CCITTFAX4, COMPRESSION_LZW}) {
        write_bilevel_tiff(folder / "white.tif", bits, PHOTOMETRIC_MINISWHITE, compression);
        expect_boxes_equal(*open_tiff({folder / "white.tif"}), as_stored);
    }
    write_bilevel_tiff(folder / "black.tif", std::get<array3<std::uint8_t>>(as_stored), PHOTOMETRIC_MINISBLACK,
                       COMPRESSION_PACKBITS);
    expect_boxes_equal(*open_tiff({folder / "black.tif"}), as_stored);
}

void write_stack(const scratch_folder& folder, const grey_volume& truth, const std::string& name) {
    const extent3 shape = std::visit([](const auto& held) { return held.extent(); }, truth);
    for (index_t z = 0; z < shape.z; ++z)
        write_tiff(folder / fmt::format(fmt::runtime(name), z), cut(truth, {{z, 0, 0}, {z + 1, shape.y, shape.x}}),
                   {.mode = z % 2 == 0 ? "wl" : "wb"});
}

TEST(tiff_scan, a_stack_is_read_in_natural_order) {
    const scratch_folder folder;
    const grey_volume truth = random_grey(dtype::uint16, {12, 8, 9}, 3);
    write_stack(folder, truth, "slice{}.tif");
    const auto scan = open_tiff({folder / "slice*.tif"});
    expect_boxes_equal(*scan, truth);
    EXPECT_EQ(scan->problems(), std::vector<std::string>());
    EXPECT_EQ(scan->files()[2].path, folder / "slice2.tif");
    EXPECT_EQ(scan->files()[10].path, folder / "slice10.tif");
}

TEST(tiff_scan, missing_odd_and_broken_slices_are_all_reported_at_once) {
    const scratch_folder folder;
    write_stack(folder, random_grey(dtype::uint8, {12, 8, 9}, 3), "slice{:03}.tif");
    std::filesystem::remove(folder / "slice004.tif");
    std::filesystem::remove(folder / "slice005.tif");
    write_tiff(folder / "slice006.tif", random_grey(dtype::uint8, {1, 8, 10}, 3), {});
    write_tiff(folder / "slice007.tif", random_grey(dtype::uint16, {1, 8, 9}, 3), {});
    shorten(folder / "slice008.tif", 200);
    write_text(folder / "slice009.tif", "no tiff at all");
    write_tiff(folder / "slice010.tif", random_grey(dtype::uint8, {2, 8, 9}, 3), {});
    write_tiff(folder / "mask.tif", random_grey(dtype::uint8, {1, 8, 9}, 3), {});
    const auto scan = open_tiff({folder / "*.tif"});
    const auto problems = scan->problems();
    const std::string all = fmt::format("{}", fmt::join(problems, "\n"));
    EXPECT_EQ(problems.size(), 7U) << all;
    expect_mentions(
        all, {"missing: 4, 5", "mask.tif: the name does not belong", "slice006.tif", "8 x 10 pixels", "slice007.tif",
              "uint16", "slice008.tif", "slice009.tif", "slice010.tif: found several pages"});
    expect_mentions(refusal([&] { scan->read(whole(scan->extent())); }), {"slice006.tif", "8 x 10", "8 x 9"});
}

TEST(tiff_scan, a_page_of_another_size_is_reported_with_its_number) {
    const scratch_folder folder;
    TIFF* const handle = TIFFOpen((folder / "scan.tif").c_str(), "wl");
    const std::vector<unsigned char> pixels(80, 1);
    for (const index_t width : {8, 8, 10}) {
        describe_page(handle, dtype::uint8, {1, 8, width}, {});
        write_strips(handle, reinterpret_cast<const std::byte*>(pixels.data()), {1, 8, width}, width, 8);
        ASSERT_EQ(TIFFWriteDirectory(handle), 1);
    }
    TIFFClose(handle);
    const auto scan = open_tiff({folder / "scan.tif"});
    ASSERT_EQ(scan->problems().size(), 1U);
    expect_mentions(scan->problems().front(), {"scan.tif", "page 3", "8 x 10"});
    EXPECT_NO_THROW(scan->read({{0, 0, 0}, {2, 8, 8}}));
    expect_mentions(refusal([&] { scan->read({{2, 0, 0}, {3, 8, 8}}); }), {"scan.tif", "page 3"});
}

TEST(tiff_scan, grains_are_what_is_decoded_or_opened_as_a_whole) {
    const scratch_folder folder;
    const auto grain = [&](const tiff_style& style) {
        write_tiff(folder / "scan.tif", random_grey(dtype::uint8, {2, 37, 41}, 2), style);
        return open_tiff({folder / "scan.tif"})->grain();
    };
    EXPECT_EQ(grain({.rows_per_strip = 7}), (extent3{1, 1, 1})) << "pixels as they stand need no decoding";
    EXPECT_EQ(grain({.compression = COMPRESSION_LZW, .rows_per_strip = 7}), (extent3{1, 7, 41}));
    EXPECT_EQ(grain({.compression = COMPRESSION_LZW}), (extent3{1, 37, 41}));
    EXPECT_EQ(grain({.compression = COMPRESSION_LZW, .tile = 16}), (extent3{1, 16, 16}));
    for (const char* name : {"slice1.tif", "slice2.tif"})
        write_tiff(folder / name, random_grey(dtype::uint8, {1, 37, 41}, 2), {});
    EXPECT_EQ(open_tiff({folder / "slice*.tif"})->grain(), (extent3{1, 37, 41})) << "each slice is a file to open";
}

TEST(tiff_scan, truncated_files_are_refused_in_libtiffs_words_and_nothing_is_printed) {
    const scratch_folder folder;
    ::testing::internal::CaptureStderr();
    int refused = 0;
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS})
        for (const std::size_t kept : {4U, 9U, 100U, 2000U, 4000U}) {
            SCOPED_TRACE(fmt::format("compression {}, {} bytes", compression, kept));
            write_tiff(folder / "scan.tif", random_grey(dtype::uint8, {4, 40, 40}, 1),
                       {.compression = compression, .rows_per_strip = 9});
            std::filesystem::resize_file(folder / "scan.tif", kept);
            const std::string message = refusal([&] {
                const auto scan = open_tiff({folder / "scan.tif"});
                EXPECT_FALSE(scan->problems().empty());
                scan->read(whole(scan->extent()));
            });
            expect_mentions(message, {"scan.tif"});
            ++refused;
        }
    EXPECT_EQ(refused, 20);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(tiff_scan, damaged_strips_are_refused_with_page_and_strip_and_nothing_is_printed) {
    const scratch_folder folder;
    for (const int compression : {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
        write_tiff(folder / "scan.tif", random_grey(dtype::uint8, {1, 40, 40}, 1),
                   {.compression = compression, .rows_per_strip = 20});
        std::fstream file(folder / "scan.tif", std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(8 + 40);
        file << std::string(200, '\xff');
        file.close();
        ::testing::internal::CaptureStderr();
        const auto scan = open_tiff({folder / "scan.tif"});
        expect_mentions(refusal([&] { scan->read(whole(scan->extent())); }),
                        {"scan.tif", "page 1", "strip 0", "libtiff"});
        EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    }
}

TEST(tiff_scan, pages_that_are_not_grey_are_refused_with_the_way_out) {
    const scratch_folder folder;
    const auto refused = [&](int samples, int bits, int format, int photometric) {
        TIFF* const handle = TIFFOpen((folder / "odd.tif").c_str(), "wl");
        describe_page(handle, dtype::uint8, {1, 4, 4}, {});
        TIFFSetField(handle, TIFFTAG_SAMPLESPERPIXEL, samples);
        TIFFSetField(handle, TIFFTAG_BITSPERSAMPLE, bits);
        TIFFSetField(handle, TIFFTAG_SAMPLEFORMAT, format);
        TIFFSetField(handle, TIFFTAG_PHOTOMETRIC, photometric);
        std::vector<std::uint16_t> colours(256, 0);
        if (photometric == PHOTOMETRIC_PALETTE)
            TIFFSetField(handle, TIFFTAG_COLORMAP, colours.data(), colours.data(), colours.data());
        std::vector<std::byte> pixels(16 * 8 * 3);
        write_strips(handle, pixels.data(), {1, 4, 4}, 4 * samples * std::max(1, bits / 8), 4);
        TIFFClose(handle);
        return refusal([&] { open_tiff({folder / "odd.tif"}); });
    };
    expect_mentions(refused(3, 8, 1, PHOTOMETRIC_RGB),
                    {"odd.tif", "page 1", "3 samples", "save the image as greyscale"});
    expect_mentions(refused(2, 8, 1, PHOTOMETRIC_MINISBLACK), {"2 samples", "alpha"});
    expect_mentions(refused(1, 8, 1, PHOTOMETRIC_PALETTE), {"colour table", "greyscale"});
    expect_mentions(refused(1, 64, 3, PHOTOMETRIC_MINISBLACK), {"float pixels of 64 bits", "convert"});
    expect_mentions(refused(1, 32, 1, PHOTOMETRIC_MINISBLACK), {"unsigned pixels of 32 bits", "convert"});
    expect_mentions(refused(1, 8, 2, PHOTOMETRIC_MINISBLACK), {"signed pixels of 8 bits", "convert"});
}

TEST(tiff_scan, what_is_no_tiff_is_refused) {
    const scratch_folder folder;
    write_text(folder / "note.tif", "this is a text");
    write_text(folder / "empty.tif", "");
    expect_mentions(refusal([&] { open_tiff({folder / "note.tif"}); }), {"note.tif", "no readable TIFF", "libtiff"});
    expect_mentions(refusal([&] { open_tiff({folder / "empty.tif"}); }), {"empty.tif"});
    expect_mentions(refusal([&] { open_tiff({folder / "none.tif"}); }), {"none.tif", "no such file"});
    expect_mentions(refusal([&] { open_tiff({folder / "none*.tif"}); }), {"none*.tif", "no file that matches"});
    expect_mentions(refusal([&] { open_tiff({folder.path().string()}); }), {"a directory", "/*.tif"});
}

TEST(tiff_scan, values_that_are_not_finite_are_refused_with_their_slice_and_voxel) {
    const scratch_folder folder;
    array3<float> values({4, 5, 6}, 1);
    values(2, 3, 4) = std::nanf("");
    const grey_volume grey = std::move(values);
    write_tiff(folder / "pages.tif", grey, {});
    expect_mentions(refusal([&] {
                        open_tiff({folder / "pages.tif"})->read({{1, 1, 1}, {4, 5, 6}});
                    }),
                    {"pages.tif", "page 3", "(2, 3, 4)", "nan"});
    write_stack(folder, grey, "slice{}.tif");
    expect_mentions(refusal([&] {
                        open_tiff({folder / "slice*.tif"})->read(whole({4, 5, 6}));
                    }),
                    {"slice2.tif", "(2, 3, 4)", "nan"});
}

TEST(tiff_scan, distant_pages_are_reached_without_walking_to_them) {
    const scratch_folder folder;
    const grey_volume truth = random_grey(dtype::uint8, {1400, 4, 4}, 9);
    write_tiff(folder / "long.tif", truth, {.compression = COMPRESSION_LZW});
    const auto scan = open_tiff({folder / "long.tif"});
    for (index_t z = 1399; z >= 0; z -= 7) {
        const box3 slice{{z, 0, 0}, {z + 1, 4, 4}};
        ASSERT_TRUE(same(scan->read(slice), cut(truth, slice))) << z;
    }
}

/// The big-endian bytes of a number.
std::string big_endian(std::uint32_t number, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        text += static_cast<char>(number >> shift & 0xff);
    return text;
}

/// What ImageJ writes before the voxels of a stack that a classic TIFF cannot hold: one directory, one strip, whose
/// stated length has lost its upper bits, and the number of slices in the description.
std::string imagej_header(const extent3& shape) {
    const std::string description = fmt::format("ImageJ=1.53t\nimages={0}\nslices={0}\n", shape.z);
    constexpr std::uint32_t tags = 9, short_type = 3, long_type = 4, text_type = 2;
    constexpr std::uint32_t behind = 8 + 2 + 12 * tags + 4;
    const auto length = static_cast<std::uint32_t>(description.size());
    std::string header = "MM" + big_endian(42, 2) + big_endian(8, 4) + big_endian(tags, 2);
    const auto tag = [&header](std::uint32_t name, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
        header += big_endian(name, 2) + big_endian(type, 2) + big_endian(count, 4) +
                  (type == short_type ? big_endian(value, 2) + big_endian(0, 2) : big_endian(value, 4));
    };
    tag(256, long_type, 1, static_cast<std::uint32_t>(shape.x));
    tag(257, long_type, 1, static_cast<std::uint32_t>(shape.y));
    tag(258, short_type, 1, 8);
    tag(262, short_type, 1, 1);
    tag(270, text_type, length, behind);
    tag(273, long_type, 1, behind + length);
    tag(277, short_type, 1, 1);
    tag(278, long_type, 1, static_cast<std::uint32_t>(shape.y));
    tag(279, long_type, 1, static_cast<std::uint32_t>(voxel_count(shape)));
    return header + big_endian(0, 4) + description;
}

TEST(tiff_scan, imagejs_slices_behind_4_gib_are_read_from_a_sparse_file) {
    const scratch_folder folder;
    const std::string path = folder / "huge.tif";
    const extent3 shape{1200, 2000, 2000};
    const std::string header = imagej_header(shape);
    write_text(path, header);
    std::filesystem::resize_file(path, header.size() + static_cast<std::uintmax_t>(voxel_count(shape)));
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-5, std::ios::end);
    file << "abc";
    file.close();
    const auto scan = open_tiff({path});
    ASSERT_EQ(scan->extent(), shape);
    EXPECT_EQ(scan->problems(), std::vector<std::string>());
    const grey_volume end = scan->read({{1199, 1999, 1990}, shape});
    EXPECT_EQ(std::get<array3<std::uint8_t>>(end)(0, 0, 5), 'a');
    EXPECT_EQ(std::get<array3<std::uint8_t>>(end)(0, 0, 8), 0);
}

}  // namespace
}  // namespace tomosweep::tiff_scan_test
