#include "tomosweep/io/raw_scan.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cmath>

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep::raw_scan_test {
namespace {

using namespace testing;

/// The voxels as `dtype` bytes in `order` after `offset` bytes, turned around here by hand.
std::string raw_bytes(const grey_volume& truth, byte_order order, index_t offset) {
    const auto bytes = io::bytes_of(truth);
    const std::size_t size = bytes_per_voxel(dtype_of(truth));
    const bool turn = (order == byte_order::big) == (std::endian::native == std::endian::little);
    std::string text(static_cast<std::size_t>(offset), '#');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        text += static_cast<char>(bytes[turn ? i / size * size + (size - 1 - i % size) : i]);
    return text;
}

TEST(raw_scan, reads_every_type_order_and_offset) {
    const scratch_folder folder;
    for (const dtype type : all_types)
        for (const byte_order order : both_orders)
            for (const index_t offset : {0, 1, 512})
                for (const extent3 shape : {extent3{5, 6, 31}, {1, 1, 17}, {4, 1, 1}}) {
                    SCOPED_TRACE(
                        fmt::format("type {} order {} offset {}", name_of(type), static_cast<int>(order), offset));
                    const grey_volume truth = random_grey(type, shape, 5);
                    write_text(folder / "scan.raw", raw_bytes(truth, order, offset));
                    const auto scan = open_raw({folder / "scan.raw", shape, type, order, offset});
                    expect_boxes_equal(*scan, truth);
                    EXPECT_TRUE(scan->problems().empty());
                }
}

TEST(raw_scan, rows_wider_than_the_sieve_are_read) {
    const scratch_folder folder;
    const extent3 shape{1, 3, 5 << 20};
    const grey_volume truth = random_grey(dtype::uint8, shape, 6);
    write_text(folder / "wide.raw", raw_bytes(truth, byte_order::little, 0));
    const auto scan = open_raw({folder / "wide.raw", shape, dtype::uint8});
    const box3 most{{0, 0, 1}, {1, 3, shape.x - 1}};
    EXPECT_TRUE(same(scan->read(most), cut(truth, most)));
}

TEST(raw_scan, a_wrong_length_is_refused_with_a_guess_at_its_cause) {
    const scratch_folder folder;
    const std::string path = folder / "scan.raw";
    const auto refused = [&](std::size_t bytes, dtype type, index_t offset) {
        write_text(path, std::string(bytes, 'x'));
        return refusal([&] { open_raw({path, {4, 10, 10}, type, byte_order::little, offset}); });
    };
    expect_mentions(refused(399, dtype::uint8, 0), {path, "399 bytes", "400 bytes", "truncated"});
    expect_mentions(refused(400 + 33, dtype::uint8, 0), {"433 bytes", "header of 33 bytes"});
    expect_mentions(refused(400, dtype::uint8, 20), {"400 bytes", "420 bytes", "offset: 0"});
    expect_mentions(refused(800, dtype::uint8, 0), {"uint16 or int16"});
    expect_mentions(refused(400, dtype::float32, 0), {"1600 bytes", "dtype uint8"});
    expect_mentions(refused(1000, dtype::uint16, 0), {"shape [5, 10, 10]"});
    expect_mentions(refused(200, dtype::uint8, 0), {"shape [2, 10, 10]"});
    expect_mentions(refused(0, dtype::uint8, 0), {"a length of 0 bytes"});
}

TEST(raw_scan, impossible_layouts_are_refused) {
    const scratch_folder folder;
    write_text(folder / "scan.raw", "x");
    const auto refused = [&](extent3 shape, index_t offset) {
        return refusal([&] { open_raw({folder / "scan.raw", shape, dtype::uint8, byte_order::little, offset}); });
    };
    expect_mentions(refused({0, 1, 1}, 0), {"shape", "[0, 1, 1]"});
    expect_mentions(refused({1, -1, 1}, 0), {"shape"});
    expect_mentions(refused({1, 1, 1}, -1), {"offset", "-1"});
    expect_mentions(refused({index_t{1} << 40, index_t{1} << 40, 1}, 0), {"shape"});
}

TEST(raw_scan, missing_files_and_folders_are_refused) {
    const scratch_folder folder;
    const auto refused = [](const std::string& path) { return refusal([&] { open_raw({path, {1, 1, 1}}); }); };
    expect_mentions(refused(folder / "none.raw"), {"none.raw", "No such file"});
    expect_mentions(refused(folder.path().string()), {"a directory"});
}

TEST(raw_scan, a_file_that_may_not_be_read_is_refused) {
    if (::geteuid() == 0)
        GTEST_SKIP() << "the superuser may read everything";
    const scratch_folder folder;
    write_text(folder / "forbidden.raw", "x");
    ::chmod((folder / "forbidden.raw").c_str(), 0);
    expect_mentions(refusal([&] {
                        open_raw({folder / "forbidden.raw", {1, 1, 1}});
                    }),
                    {"forbidden.raw", "Permission denied"});
}

TEST(raw_scan, a_file_that_changes_after_opening_is_refused) {
    const scratch_folder folder;
    write_text(folder / "scan.raw", std::string(8, 'x'));
    const auto scan = open_raw({folder / "scan.raw", {2, 2, 2}});
    shorten(folder / "scan.raw", 1);
    expect_mentions(refusal([&] { scan->read(whole({2, 2, 2})); }), {"scan.raw", "changed", "7 bytes", "8 bytes"});
    ASSERT_EQ(scan->problems().size(), 1U);
    expect_mentions(scan->problems().front(), {"changed"});
}

TEST(raw_scan, values_that_are_not_finite_are_refused_with_their_global_voxel) {
    const scratch_folder folder;
    const extent3 shape{4, 5, 40};
    for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
        array3<float> values(shape, 1.5F);
        values(2, 3, 33) = bad;
        write_text(folder / "scan.raw", raw_bytes(grey_volume(std::move(values)), byte_order::big, 0));
        const auto scan = open_raw({folder / "scan.raw", shape, dtype::float32, byte_order::big});
        const std::string message = refusal([&] { scan->read({{1, 2, 3}, {4, 5, 40}}); });
        expect_mentions(message, {"scan.raw", "(2, 3, 33)", fmt::format("{}", bad)});
        EXPECT_NO_THROW(scan->read({{0, 0, 0}, {4, 5, 33}}));
    }
}

TEST(raw_scan, voxels_behind_4_gib_are_read_from_a_sparse_file) {
    const scratch_folder folder;
    const std::string path = folder / "huge.raw";
    const extent3 shape{5, 32768, 32768};
    write_text(path, "");
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(voxel_count(shape)));
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-3, std::ios::end);
    file << "abc";
    file.close();
    const auto scan = open_raw({path, shape});
    const grey_volume end = scan->read({{4, 32766, 32764}, shape});
    const auto& voxels = std::get<array3<std::uint8_t>>(end);
    EXPECT_EQ(voxels(0, 1, 1), 'a');
    EXPECT_EQ(voxels(0, 1, 3), 'c');
    EXPECT_EQ(voxels(0, 0, 3), 0);
}

TEST(raw_scan, files_tell_length_and_time_of_change) {
    const scratch_folder folder;
    write_text(folder / "scan.raw", "12345678");
    const auto files = open_raw({folder / "scan.raw", {2, 2, 2}})->files();
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files.front().path, folder / "scan.raw");
    EXPECT_EQ(files.front().bytes, 8);
    EXPECT_GT(files.front().modified_ns, std::int64_t{1'500'000'000} * 1'000'000'000);
}

}  // namespace
}  // namespace tomosweep::raw_scan_test
