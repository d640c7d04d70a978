#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "io/scan_fixtures.hpp"
#include "tomosweep/io/tiff_scan.hpp"

namespace tomosweep::real_scans_test {
namespace {

using namespace testing;

/// Public scans that may lie beside the source tree, with what their descriptions say about them.
struct described_scan {
    std::string path;
    extent3 extent;
    dtype type;
    double least;
    double most;
    std::map<int, index_t> counts;  ///< of some grey levels; may be empty
    std::optional<double> voxel_size_um = std::nullopt;
};

std::vector<described_scan> described_scans() {
    return {
        {"carbon-fibreform-grey/100_fiberform.tif", {100, 100, 100}, dtype::uint8, 0, 255, {}},
        {"cement-pores-grey/cement_128x128x128.tif", {128, 128, 128}, dtype::uint8, 16, 148, {}},
        {"ketton-limestone-binary/ketton.tif", {256, 256, 256}, dtype::uint8, 0, 255, {{0, 2128392}, {255, 14648824}}},
        {"liion-cylindrical-cell/cell_vol/*.tif", {20, 728, 728}, dtype::uint8, 0, 214, {}},
        {"liion-cylindrical-cell/im_1.tif", {1, 576, 576}, dtype::uint16, 0, 65535, {}},
        {"liion-cylindrical-cell/im_2.tif", {1, 576, 576}, dtype::uint16, 0, 65535, {}},
        {"liion-cylindrical-cell/mask_1.tif", {1, 576, 576}, dtype::uint8, 0, 255, {{255, 76433}}},
        {"liion-cylindrical-cell/mask_2.tif", {1, 576, 576}, dtype::uint8, 0, 255, {{255, 72758}}},
        {"nmc-electrode-3phase/nmc-1-cal_generatedCBD_bridge.tif",
         {251, 301, 301},
         dtype::uint8,
         0,
         2,
         {{0, 9108821}, {1, 11357945}, {2, 2274085}}},
        {"nmc-electrode-generated-tau/electrode.tiff",
         {256, 256, 256},
         dtype::uint8,
         0,
         170,
         {{0, 7548361}, {85, 6718710}, {170, 2510145}}},
        {"rock-core-intact-deformed/Intact/*.tif", {70, 450, 450}, dtype::uint8, 5, 204, {}},
        {"rock-core-intact-deformed/Deformed/*.tif", {70, 450, 450}, dtype::uint8, 17, 111, {}},
    };
}

void expect_as_described(const described_scan& described, const scan_source& scan) {
    EXPECT_EQ(scan.extent(), described.extent);
    EXPECT_EQ(scan.type(), described.type);
    EXPECT_EQ(scan.voxel_size_um(), described.voxel_size_um);
    EXPECT_EQ(scan.problems(), std::vector<std::string>());
    const grey_volume grey = scan.read(whole(scan.extent()));
    std::visit(
        [&](const auto& held) {
            const auto values = held.values();
            const auto [least, most] = std::minmax_element(values.begin(), values.end());
            EXPECT_EQ(static_cast<double>(*least), described.least);
            EXPECT_EQ(static_cast<double>(*most), described.most);
            for (const auto& [level, count] : described.counts)
                EXPECT_EQ(std::count(values.begin(), values.end(), level), count) << "level " << level;
        },
        grey);
    const extent3 extent = scan.extent();
    const box3 inner{{extent.z / 3, extent.y / 4, extent.x / 5}, {extent.z / 3 + 1, extent.y / 2, extent.x / 2}};
    EXPECT_TRUE(same(scan.read(inner), cut(grey, inner)));
}

TEST(real_scans, public_tiffs_are_read_with_the_shapes_and_grey_levels_their_descriptions_state) {
    const std::filesystem::path folder = TOMOSWEEP_REAL_SCANS;
    if (!std::filesystem::exists(folder))
        GTEST_SKIP() << "no public scans at " << folder;
    for (const described_scan& described : described_scans()) {
        SCOPED_TRACE(described.path);
        const auto scan = open_tiff({folder / described.path});
        expect_as_described(described, *scan);
    }
}

TEST(real_scans, a_published_porosity_comes_out_of_the_fibres_grey_levels) {
    const std::filesystem::path path =
        std::filesystem::path(TOMOSWEEP_REAL_SCANS) / "carbon-fibreform-grey/100_fiberform.tif";
    if (!std::filesystem::exists(path))
        GTEST_SKIP() << "no public scan at " << path;
    const grey_volume grey = open_tiff({path})->read(whole({100, 100, 100}));
    const auto values = std::get<array3<std::uint8_t>>(grey).values();
    EXPECT_EQ(std::count_if(values.begin(), values.end(), [](int level) { return level >= 90; }), 167140);
}

}  // namespace
}  // namespace tomosweep::real_scans_test
