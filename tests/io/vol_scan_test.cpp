#include "tomosweep/io/vol_scan.hpp"

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep::vol_scan_test {
namespace {

using namespace testing;

constexpr extent3 shape{3, 4, 5};
constexpr const char* info =
    "! PyHST_SLAVE VOLUME INFO FILE\nNUM_X =  5\nNUM_Y =  4\nNUM_Z =  3\nvoxelSize =  0.160000\n"
    "BYTEORDER = LOWBYTEFIRST\nValMin = -1.5\nValMax =  3.1\ns1 = 0.0\ns2 = 1.0\nS1 = 0.0\nS2 = 1.0\n";

void write_grey(const std::string& path, const grey_volume& grey) {
    write_bytes(path, io::bytes_of(grey).data(), io::bytes_of(grey).size());
}

TEST(vol_scan, float_volume_with_its_info_is_read) {
    const scratch_folder folder;
    const grey_volume truth = random_grey(dtype::float32, shape, 3);
    write_grey(folder / "scan.vol", truth);
    write_text(folder / "scan.vol.info", info);
    const auto scan = open_vol({folder / "scan.vol"});
    expect_boxes_equal(*scan, truth);
    EXPECT_DOUBLE_EQ(scan->voxel_size_um().value_or(0), 0.16);
    EXPECT_TRUE(scan->problems().empty());
    ASSERT_EQ(scan->files().size(), 2U);
    EXPECT_EQ(scan->files().back().path, folder / "scan.vol.info");
}

TEST(vol_scan, the_length_of_the_file_tells_the_type_that_the_info_leaves_out) {
    const scratch_folder folder;
    for (const dtype type : {dtype::uint8, dtype::uint16}) {
        const grey_volume truth = random_grey(type, shape, 3);
        write_grey(folder / "scan.raw", truth);
        write_text(folder / "scan.raw.info", info);
        expect_boxes_equal(*open_vol({folder / "scan.raw"}), truth);
    }
}

TEST(vol_scan, case_spaces_comments_and_line_ends_do_not_matter) {
    const io::vol_info read =
        io::parse_vol_info("x.info",
                           "\r\n# remark\r\n  num_x=7\r\nNum_Y\t=\t8 ! columns\r\nNUM_Z = 9\r\nVOXELSIZE=1e1\r\n"
                           "byteorder = highbytefirst\r\ndatatype = SignedShort\r\nsomething = else");
    EXPECT_EQ(read.shape, (extent3{9, 8, 7}));
    EXPECT_EQ(read.order, byte_order::big);
    EXPECT_EQ(read.type, dtype::int16);
    EXPECT_DOUBLE_EQ(read.voxel_size_um.value_or(0), 10);
}

TEST(vol_scan, an_info_without_voxel_size_states_none) {
    EXPECT_EQ(io::parse_vol_info("x", "NUM_X=1\nNUM_Y=1\nNUM_Z=1").voxel_size_um, std::nullopt);
}

TEST(vol_scan, every_fault_of_the_info_names_file_and_line) {
    const auto refused = [](const std::string& text) {
        return refusal([&] { io::parse_vol_info("a.vol.info", text); });
    };
    const std::string rest = "\nNUM_Y = 1\nNUM_Z = 1\n";
    expect_mentions(refused("! x\nNUM_X = 12a" + rest), {"a.vol.info", "line 2", "num_x", "12a"});
    expect_mentions(refused("NUM_X = 0" + rest), {"line 1", "\"0\""});
    expect_mentions(refused("NUM_X = -3" + rest), {"line 1"});
    expect_mentions(refused("NUM_X =" + rest), {"line 1", "nothing"});
    expect_mentions(refused("NUM_X = 99999999999999999999" + rest), {"line 1"});
    expect_mentions(refused("NUM_X = 1" + rest + "NUM_X"), {"line 4", "key = value"});
    expect_mentions(refused("NUM_X = 1" + rest + "voxelSize = nan"), {"line 4", "voxelsize"});
    expect_mentions(refused("NUM_X = 1" + rest + "voxelSize = 0"), {"line 4", "voxelsize"});
    expect_mentions(refused("NUM_X = 1" + rest + "BYTEORDER = MIDDLE"), {"line 4", "MIDDLE", "LOWBYTEFIRST"});
    expect_mentions(refused("NUM_X = 1" + rest + "DATATYPE = complex"), {"line 4", "complex", "FloatValue"});
    expect_mentions(refused("NUM_X = 1\nNUM_Y = 1"), {"a.vol.info", "NUM_Z"});
    expect_mentions(refused(""), {"NUM_X"});
}

TEST(vol_scan, a_missing_info_or_a_wrong_length_is_refused) {
    const scratch_folder folder;
    write_text(folder / "scan.vol", std::string(239, 'x'));
    expect_mentions(refusal([&] { open_vol({folder / "scan.vol"}); }), {"scan.vol.info", "No such file"});
    write_text(folder / "scan.vol.info", info);
    expect_mentions(refusal([&] { open_vol({folder / "scan.vol"}); }),
                    {"scan.vol", "239 bytes", "240 bytes", "float32"});
}

}  // namespace
}  // namespace tomosweep::vol_scan_test
