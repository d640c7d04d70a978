#include "tomosweep/io/source.hpp"

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/scan_writer.hpp"

namespace tomosweep::source_test {
namespace {

using namespace testing;

constexpr extent3 shape{3, 5, 7};

void write_scan(scan_format format, const std::string& path, const grey_volume& grey) {
    const auto writer = create_scan(format, path, {shape, dtype_of(grey)});
    writer->append(grey);
    writer->finish();
}

TEST(source, every_kind_of_specification_opens_the_scan_it_describes) {
    const scratch_folder folder;
    const grey_volume truth = random_grey(dtype::float32, shape, 12);
    write_scan(scan_format::raw, folder / "scan.raw", truth);
    write_scan(scan_format::raw, folder / "scan.vol", truth);
    write_text(folder / "scan.vol.info", "NUM_X = 7\nNUM_Y = 5\nNUM_Z = 3\n");
    write_scan(scan_format::tiff, folder / "scan.tif", truth);
    write_scan(scan_format::hdf5, folder / "scan.h5", truth);
    const std::vector<source_spec> specs{raw_source{folder / "scan.raw", shape, dtype::float32},
                                         vol_source{folder / "scan.vol"}, tiff_source{folder / "scan.tif"},
                                         hdf5_source{folder / "scan.h5", "/entry/data/data"}};
    for (const source_spec& spec : specs) {
        SCOPED_TRACE(spec.index());
        expect_boxes_equal(*open_source(spec), truth);
    }
}

TEST(source, a_phantom_opens_without_a_file) {
    phantom_source phantom;
    phantom.shape = {4, 20, 30};
    const auto scan = open_source(phantom);
    EXPECT_EQ(scan->extent(), phantom.shape);
    EXPECT_TRUE(scan->files().empty());
}

}  // namespace
}  // namespace tomosweep::source_test
