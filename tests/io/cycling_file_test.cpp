#include "tomosweep/io/cycling_file.hpp"

#include "io/scan_fixtures.hpp"

namespace tomosweep::cycling_file_test {
namespace {

using namespace testing;
using numbers = std::vector<double>;

cycling_table table_of(const std::string& text) {
    return io::parse_cycling_table("cell.csv", text);
}

std::string refused(const std::string& text) {
    return refusal([&] { table_of(text); });
}

/// As EC-Lab exports: Latin-1 in the header, tabs, decimal commas if the user's computer has them.
std::string eclab(const std::string& lines, const std::string& rows) {
    return "EC-Lab ASCII FILE\r\nNb header lines : " + lines +
           "\r\n\r\nGalvanostatic Cycling with Potential Limitation\r\n25 \xB0"
           "C\r\nmode\tox/red\terror\ttime/s\tcontrol/mA\tEwe/V\t<I>/mA\t(Q-Qo)/mA.h\tcycle number\t\r\n" +
           rows;
}

TEST(cycling_file, separated_values_with_units_in_the_names_are_read) {
    const cycling_table table = table_of(
        "\xEF\xBB\xBF# cell 3\n\nTime_min,voltage_mV,current_uA,note,cycle\r\n0,3000,-100,begin,1\n# rest\n30,"
        "100,-100.5,,1\n60,50,1e2,x,2\n");
    EXPECT_EQ(table.time_h, (numbers{0, 0.5, 1}));
    EXPECT_EQ(table.voltage_V, (numbers{3, 0.1, 0.05}));
    EXPECT_EQ(table.current_mA, (numbers{-0.1, -0.1005, 0.1}));
    EXPECT_EQ(table.cycle, (std::vector<std::int64_t>{1, 1, 2}));
    EXPECT_TRUE(table.capacity_mAh.empty());
}

TEST(cycling_file, decimal_commas_go_with_semicolons_and_tabs) {
    EXPECT_EQ(table_of("time_h;current_mA\n0,25;-1,5\n").current_mA, numbers{-1.5});
    EXPECT_EQ(table_of("time_h\tcurrent_mA\n0,25\t+1,5\n").time_h, numbers{0.25});
    EXPECT_NE(refused("time_h,current_mA\n0,25,-1,5\n").find("line 2, column 3: found \"-1\"; accepted: 2 cells"),
              std::string::npos)
        << refused("time_h,current_mA\n0,25,-1,5\n");
}

TEST(cycling_file, biologic_exports_are_read_with_either_decimal_sign) {
    const std::string rows =
        "1\t0\t0\t0.000E+000\t-0.05\t3.0\t-5.000E-002\t0.0\t0.000E+000\t\r\n"
        "1\t0\t0\t7.200E+003\t-0.05\t0.1\t-5.000E-002\t-1.0E-001\t1.000E+000\t\r\n";
    std::string commas = rows;
    std::replace(commas.begin(), commas.end(), '.', ',');
    const cycling_table table = table_of(eclab("6", rows));
    EXPECT_EQ(table.time_h, (numbers{0, 2}));
    EXPECT_EQ(table.current_mA, (numbers{-0.05, -0.05}));
    EXPECT_EQ(table.voltage_V, (numbers{3, 0.1}));
    EXPECT_EQ(table.capacity_mAh, (numbers{0, -0.1}));
    EXPECT_EQ(table.cycle, (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(table_of(eclab("6", commas)), table);
}

TEST(cycling_file, every_fault_names_file_line_and_column) {
    const auto expect = [](const std::string& text, const std::string& words) {
        const std::string message = refused(text);
        EXPECT_NE(message.find("cell.csv: " + words), std::string::npos) << message << "\nfor: " << words;
    };
    expect("", "names: found an empty file");
    expect("time_h,current_mA\n", "rows: found no row of numbers");
    expect("time_h,voltage_V\n1,2\n",
           "line 1: found no column of current; accepted: a column called current_ma, <i>/ma");
    expect("time_h,current_mA\n1,2\n2,two\n",
           "line 3, column 2 ('current_ma'): found \"two\"; accepted: a finite number");
    expect("time_h,current_mA\n1,nan\n", "line 2, column 2 ('current_ma'): found \"nan\"");
    expect("time_h,current_mA\n1,1e999\n", "line 2, column 2 ('current_ma'): found \"1e999\"");
    expect("time_h,current_mA\n1\n", "line 2, column 2: found the end of the line; accepted: a number");
    expect("time_h,current_mA\n1,\n", "line 2, column 2 ('current_ma'): found nothing");
    expect("time_h,current_mA,cycle\n1,1,0.5\n", "line 2, column 3 ('cycle'): found \"0.5\"; accepted: a whole number");
    expect("time_h,current_mA\n2,1\n1,1\n", "line 3: found a time of 1 h after 2 h");
    expect("time/s\tI/mA\n01/02/2024 10:00\t1\n", "line 2, column 1 ('time/s'): found \"01/02/2024 10:00\"");
    expect(eclab("six", ""), "line 2: found \"six\"; accepted: the number of header lines");
    expect(eclab("2", ""), "line 2: found \"2\"; accepted: the number of header lines");
    expect(eclab("99", ""), "header: found fewer lines than the header has");
    expect("EC-Lab ASCII FILE\n", "header: found no line 'Nb header lines : N'");
}

TEST(cycling_file, a_new_cycle_may_begin_at_time_zero) {
    EXPECT_EQ(table_of("time_h,current_mA,cycle\n0,1,1\n5,1,1\n0,1,2\n").rows(), 3U);
}

}  // namespace
}  // namespace tomosweep::cycling_file_test
