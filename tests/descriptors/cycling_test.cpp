#include "tomosweep/descriptors/cycling.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tomosweep/descriptors/electrode_formulas.hpp"

namespace tomosweep::cycling_test {
namespace {

// A cell with 0.1 mg of silicon. One mA per 0.1 mg is 10 A/g: 0.01 mA for an hour pass 100 mAh/g.
constexpr units::mass silicon = 0.1 * units::mg;

cycling_reading reading() {
    return {silicon, true, std::nullopt, silicon_capacity};
}

/// Two cycles at a constant current: 20 h in and 16 h out, an hour of rest, 15 h in and 14 h out; a row per half hour.
cycling_table two_cycles(bool with_capacity, bool restarting) {
    cycling_table table;
    double capacity = 0;
    const auto run = [&](double hours, double current) {
        if (restarting)
            capacity = 0;
        for (int i = 0; i < 2 * hours; ++i) {
            table.time_h.push_back(table.time_h.empty() ? 0.5 : table.time_h.back() + 0.5);
            table.current_mA.push_back(current);
            capacity += 0.5 * (restarting ? std::abs(current) : current);
            if (with_capacity)
                table.capacity_mAh.push_back(capacity);
            table.voltage_V.push_back(current < 0 ? 0.1 : 0.4);
        }
    };
    run(20, -0.01);
    run(16, 0.01);
    run(1, 0);
    run(15, -0.01);
    run(14, 0.01);
    return table;
}

TEST(cycling, a_constant_current_passes_current_times_time) {
    for (const bool with_capacity : {false, true})
        for (const bool restarting : {false, true}) {
            const cycling_history history(two_cycles(with_capacity, restarting), reading());
            const std::vector<cycle_summary> cycles = history.cycles();
            ASSERT_EQ(cycles.size(), 2U);
            EXPECT_EQ(cycles[1].cycle, 2);
            // The charge before the first row is not in the table: half an hour.
            EXPECT_NEAR(cycles[0].lithiation, 1950, 1e-9);
            EXPECT_NEAR(cycles[0].delithiation, 1600, 1e-9);
            EXPECT_NEAR(cycles[0].coulombic_efficiency, 1600.0 / 1950, 1e-12);
            EXPECT_NEAR(cycles[1].lithiation, 1500, 1e-9);
            EXPECT_NEAR(cycles[1].retention, 1400.0 / 1600, 1e-12);
            EXPECT_NEAR(cycles[1].lithiation_c_rate, 100.0 / 3579, 1e-12);
            EXPECT_NEAR(cycles[1].delithiated, 3000, 1e-9);
        }
}

TEST(cycling, a_state_lies_between_rows) {
    const cycling_history history(two_cycles(false, false), reading());
    std::string problem;
    const auto inside = history.at(1, half_cycle::none, 10.25, problem);
    ASSERT_TRUE(inside) << problem;
    EXPECT_EQ(inside->step, half_cycle::lithiation);
    EXPECT_NEAR(inside->capacity, 975, 1e-9);
    EXPECT_NEAR(inside->passed, 975, 1e-9);
    EXPECT_EQ(inside->voltage_V, 0.1);

    const auto last = history.at(2, half_cycle::delithiation, std::nullopt, problem);
    ASSERT_TRUE(last);
    EXPECT_NEAR(last->capacity, 1400, 1e-9);
    EXPECT_NEAR(last->delithiated, 3000, 1e-9);
    EXPECT_NEAR(last->passed, 1950 + 1600 + 1500 + 1400, 1e-9);
    EXPECT_EQ(history.start().capacity, 0);
}

TEST(cycling, a_rest_belongs_to_the_step_before_it) {
    const cycling_history history(two_cycles(false, false), reading());
    std::string problem;
    const auto rest = history.at(1, half_cycle::delithiation, 36.8, problem);
    ASSERT_TRUE(rest) << problem;
    EXPECT_NEAR(rest->capacity, 1600, 1e-9);
}

TEST(cycling, a_time_outside_its_step_is_named) {
    const cycling_history history(two_cycles(false, false), reading());
    std::string problem;
    EXPECT_FALSE(history.at(1, half_cycle::lithiation, 21, problem));
    EXPECT_EQ(problem, "21 h, while the rows of cycle 1, lithiation go from 0.5 to 20 h");
    EXPECT_FALSE(history.at(7, half_cycle::none, std::nullopt, problem));
    EXPECT_EQ(problem, "no row of cycle 7");
    EXPECT_TRUE(history.at(1, half_cycle::lithiation, 20.09, problem));
}

TEST(cycling, cycles_are_those_of_the_table_or_as_the_user_counts) {
    cycling_table table = two_cycles(false, false);
    table.cycle.assign(table.rows(), 0);
    std::fill(table.cycle.begin() + 74, table.cycle.end(), 1);
    EXPECT_EQ(cycling_history(table, reading()).cycles().back().cycle, 1);
    cycling_reading from_three = reading();
    from_three.first_cycle = 3;
    EXPECT_EQ(cycling_history(table, from_three).cycles().front().cycle, 3);
    EXPECT_EQ(cycling_history(table, from_three).cycles().back().cycle, 4);
}

TEST(cycling, a_positive_current_may_mean_lithiation) {
    cycling_reading full_cell = reading();
    full_cell.lithiation_is_negative = false;
    EXPECT_NEAR(cycling_history(two_cycles(false, false), full_cell).cycles().front().delithiation, 1950, 1e-9);
}

}  // namespace
}  // namespace tomosweep::cycling_test
