#include "tomosweep/io/slice_names.hpp"

#include "io/scan_fixtures.hpp"

namespace tomosweep::slice_names_test {
namespace {

using namespace testing;
using names = std::vector<std::string>;

TEST(slice_names, digits_are_compared_as_numbers) {
    const names sorted{
        "a", "a1", "a2", "a09", "a10", "a010b", "a99999999999999999999", "a100000000000000000000", "b0.tif", "b00.tif"};
    for (std::size_t i = 0; i < sorted.size(); ++i)
        for (std::size_t j = 0; j < sorted.size(); ++j)
            EXPECT_EQ(io::natural_less(sorted[i], sorted[j]), i < j) << sorted[i] << " " << sorted[j];
}

TEST(slice_names, whole_series_have_no_problems) {
    EXPECT_EQ(io::numbering_problems({"s8.tif", "s9.tif", "s10.tif"}), names());
    EXPECT_EQ(io::numbering_problems({"s0000.tif", "s0010.tif", "s0020.tif"}), names()) << "every tenth slice";
    EXPECT_EQ(io::numbering_problems({"2021-01-01_1.tif", "2021-01-01_2.tif"}), names());
    EXPECT_EQ(io::numbering_problems({"left.tif", "right.tif"}), names()) << "no numbers at all";
    EXPECT_EQ(io::numbering_problems({"only7.tif"}), names());
    EXPECT_EQ(io::numbering_problems({"z1_t1.tif", "z2_t2.tif", "z4_t3.tif"}), names()) << "two numbers vary";
}

TEST(slice_names, gaps_are_listed_by_their_missing_numbers) {
    const names problems = io::numbering_problems({"d/s1.tif", "d/s2.tif", "d/s5.tif", "d/s6.tif", "d/s8.tif"});
    ASSERT_EQ(problems.size(), 1U);
    expect_mentions(problems.front(), {"d/s#.tif", "missing: 3, 4, 7"});
}

TEST(slice_names, long_gaps_are_cut_short) {
    const names problems = io::numbering_problems({"s1.tif", "s2.tif", "s1000000000.tif"});
    ASSERT_EQ(problems.size(), 1U);
    expect_mentions(problems.front(), {"missing: 3, 4", "22, ..."});
}

TEST(slice_names, one_number_written_in_two_ways_is_reported) {
    const names problems = io::numbering_problems({"s1.tif", "s01.tif", "s2.tif"});
    ASSERT_EQ(problems.size(), 1U);
    expect_mentions(problems.front(), {"more than once: 1"});
}

TEST(slice_names, names_that_do_not_belong_are_reported) {
    const names problems = io::numbering_problems({"mask.tif", "s1.tif", "s2.tif", "s3.tif"});
    ASSERT_EQ(problems.size(), 1U);
    expect_mentions(problems.front(), {"mask.tif", "s#.tif"});
}

TEST(slice_names, a_number_sign_in_a_name_is_no_number) {
    EXPECT_EQ(io::numbering_problems({"s1#.tif", "s2#.tif", "s3#.tif"}), names());
    const names problems = io::numbering_problems({"s1.tif", "s2.tif", "s3.tif", "s#.tif"});
    ASSERT_EQ(problems.size(), 1U);
    expect_mentions(problems.front(), {"s#.tif: the name does not belong"});
}

TEST(slice_names, a_file_named_like_a_pattern_stands_for_itself) {
    const scratch_folder folder;
    for (const char* name : {"scan[1].tif", "scan1.tif", "scan10.tif", "scan2.tif", ".scan3.tif"})
        write_text(folder / name, "x");
    EXPECT_EQ(io::matching_files(folder / "scan[1].tif"), names{folder / "scan[1].tif"});
    EXPECT_EQ(io::matching_files(folder / "scan[0-9]*.tif"),
              (names{folder / "scan1.tif", folder / "scan2.tif", folder / "scan10.tif"}));
    expect_mentions(refusal([&] { io::matching_files(folder / "?.tif"); }), {"?.tif", "no file that matches"});
}

}  // namespace
}  // namespace tomosweep::slice_names_test
