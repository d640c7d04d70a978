#include "tomosweep/archive/export_csv.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <sstream>

#include "sample_archive.hpp"
#include "tomosweep/archive/merge.hpp"

namespace tomosweep::export_csv_test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

data_group single_phase(const std::string& scan, std::int64_t cycle) {
    data_group shard = test::sample_shard(scan, cycle);
    shard.groups.clear();
    return shard;
}

TEST(export_csv, every_point_is_one_row) {
    const auto lines = lines_of(csv_text(merge_scans({single_phase("a", 1), single_phase("b,\"2\"", 2)})));
    ASSERT_EQ(lines.size(), 1U + 2 * 3 * 2 * 2);
    EXPECT_EQ(lines[0],
              "scan,threshold,resolution_limit,connectivity,voxel_size_um,sample,step,cycle,time_h,threshold_grey,"
              "status,phase_voxels,mean_width_um,euler_number");
    EXPECT_EQ(lines[1],
              "a,80,0,6,0.16,\"r\xC3\xA9"
              "f, \"\"one\"\"\",,1,,80,0,1,1,-7");
    EXPECT_EQ(lines[12],
              "a,100,0.64,26,0.16,\"r\xC3\xA9"
              "f, \"\"one\"\"\",,1,,100.5,0,1099511627776,1.5,-7");
    EXPECT_EQ(lines[21],
              "\"b,\"\"2\"\"\",100,0,6,0.16,\"r\xC3\xA9"
              "f, \"\"one\"\"\",,2,,100.5,2,5,,-7");
}

TEST(export_csv, unknown_cycles_are_empty_like_other_missing_values) {
    const auto lines = lines_of(csv_text(merge_scans({single_phase("a", -1)})));
    ASSERT_GT(lines.size(), 1U);
    EXPECT_EQ(lines[1],
              "a,80,0,6,0.16,\"r\xC3\xA9"
              "f, \"\"one\"\"\",,,,80,0,1,-1,-7");
}

TEST(export_csv, phases_come_first) {
    const auto lines = lines_of(csv_text(test::sample_shard("a", 1)));
    ASSERT_EQ(lines.size(), 1U + 2 * 12);
    EXPECT_TRUE(lines[0].starts_with("phase,scan,threshold,"));
    EXPECT_TRUE(lines[1].starts_with("crack,a,80,0,6,"));
    EXPECT_NE(lines[1].find(",0.3333333333333333,"), std::string::npos) << "the phase's own width";
    EXPECT_TRUE(lines[13].starts_with("binder,a,80,0,6,"));
}

TEST(export_csv, doubles_read_back_to_the_same_double) {
    data_group archive;
    const std::vector<double> doubles{0.1, 1.0 / 3.0, 6.02214076e23, std::numeric_limits<double>::denorm_min(), -0.0};
    archive.dimensions = {{"scan", 5}};
    archive.variables = {{"v", {"scan"}, doubles, "1", "", {}}};
    const auto lines = lines_of(csv_text(archive));
    ASSERT_EQ(lines.size(), 6U);
    for (std::size_t i = 0; i < doubles.size(); ++i)
        EXPECT_EQ(std::strtod(lines[i + 1].c_str(), nullptr), doubles[i]) << lines[i + 1];
}

TEST(export_csv, an_archive_without_points_is_an_empty_text) {
    EXPECT_EQ(csv_text({}), "");
}

}  // namespace
}  // namespace tomosweep::export_csv_test
