#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/core/cycling_table.hpp"
#include "tomosweep/core/quantity.hpp"

namespace tomosweep {

/// How a cycler's table is read.
struct cycling_reading {
    units::mass silicon;                      ///< in the cell
    bool lithiation_is_negative = true;       ///< of silicon against lithium, as cyclers have it
    std::optional<std::int64_t> first_cycle;  ///< what the cycle of the first row is to be called
    units::specific_capacity theoretical;     ///< for C-rates
};

enum class half_cycle : std::uint8_t { none, lithiation, delithiation };

/// The electrode at one moment. Capacities are per gram of silicon, in mAh/g.
struct cycling_state {
    std::int64_t cycle = 0;
    half_cycle step = half_cycle::none;  ///< the last one with a current: a rest belongs to the step before it
    double voltage_V = 0;                ///< NaN without a column
    double capacity = 0;                 ///< passed since the beginning of the step
    double delithiated = 0;              ///< all that was ever taken out: the cumulated reversible capacity
    double passed = 0;                   ///< all that was ever put in or taken out

    friend bool operator==(const cycling_state&, const cycling_state&) = default;
};

struct cycle_summary {
    std::int64_t cycle = 0;
    double lithiation = 0, delithiation = 0;                ///< mAh/g
    double lithiation_c_rate = 0, delithiation_c_rate = 0;  ///< mean current over the theoretical capacity; NaN if none
    double coulombic_efficiency = 0;
    double retention = 0;    ///< delithiation over that of the first cycle that has one
    double delithiated = 0;  ///< up to the end of the cycle, mAh/g

    friend bool operator==(const cycle_summary&, const cycle_summary&) = default;
};

/// The charge that passed up to every row of a table. Charges come from the column of capacities where there is one
/// (its steps, so that it may restart with every step), otherwise from current and time by the trapezoidal rule. A
/// current below a millionth of the largest is none. Cycles are those of the table; without such a column a new
/// one begins with every lithiation after a delithiation, from 1.
class cycling_history {
public:
    /// `table` has at least one row. Cost: one pass.
    cycling_history(const cycling_table& table, const cycling_reading& reading);

    std::vector<cycle_summary> cycles() const;

    /// The state at `time_h` (linear between rows) among the rows of this cycle and step; without a time the last of
    /// them. `none` and no cycle mean any. A time may miss the rows by 0.1 h. When there is no such state, says why in
    /// `problem`.
    std::optional<cycling_state> at(std::optional<std::int64_t> cycle, half_cycle step, std::optional<double> time_h,
                                    std::string& problem) const;

    /// Before the first row.
    cycling_state start() const;

private:
    void add_row(const cycling_table& table, std::size_t row, double rest_below, const cycling_reading& reading);
    double charge_of_row(const cycling_table& table, std::size_t row, bool new_step) const;
    cycling_state between(std::size_t row, double time_h) const;

    std::vector<double> time_h_, current_;
    std::vector<cycling_state> states_;  ///< by row
    double silicon_g_ = 1;
    double theoretical_ = 1;
};

}  // namespace tomosweep
