#include "tomosweep/descriptors/cycling.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "tomosweep/core/error.hpp"
#include "tomosweep/core/unknown.hpp"
#include "tomosweep/descriptors/electrode_formulas.hpp"

namespace tomosweep {
namespace {

constexpr double time_slack_h = 0.1;

half_cycle step_of(double current, double rest_below, bool lithiation_is_negative) {
    if (std::abs(current) <= rest_below)
        return half_cycle::none;
    return (current < 0) == lithiation_is_negative ? half_cycle::lithiation : half_cycle::delithiation;
}

/// Charge and time of one step of a cycle, for its mean current.
struct step_sum {
    double capacity = 0, hours = 0;

    double c_rate(double theoretical) const {
        return hours > 0 ? tomosweep::c_rate(capacity / hours * units::mA_per_g, theoretical * units::mAh_per_g)
                         : unknown;
    }
};

}  // namespace

cycling_history::cycling_history(const cycling_table& table, const cycling_reading& reading)
    : time_h_(table.time_h),
      current_(table.current_mA),
      silicon_g_(reading.silicon / units::g),
      theoretical_(reading.theoretical / units::mAh_per_g) {
    require(table.rows() > 0, "a cycling table has a row");
    double largest = 0;
    for (const double current : table.current_mA)
        largest = std::max(largest, std::abs(current));
    for (std::size_t row = 0; row < table.rows(); ++row)
        add_row(table, row, 1e-6 * largest, reading);
}

void cycling_history::add_row(const cycling_table& table, std::size_t row, double rest_below,
                              const cycling_reading& reading) {
    cycling_state state = row == 0 ? cycling_state{} : states_.back();
    const half_cycle before = state.step;
    const half_cycle now = step_of(table.current_mA[row], rest_below, reading.lithiation_is_negative);
    if (now != half_cycle::none)
        state.step = now;
    const bool counted = table.cycle.empty();
    if (row == 0)
        state.cycle = reading.first_cycle.value_or(counted ? 1 : table.cycle[0]);
    else if (!counted)
        state.cycle += table.cycle[row] - table.cycle[row - 1];
    else if (before == half_cycle::delithiation && state.step == half_cycle::lithiation)
        ++state.cycle;
    const bool new_step =
        row > 0 && (state.step != before || state.cycle != states_.back().cycle) && before != half_cycle::none;
    if (new_step)
        state.capacity = 0;
    const double charge = row == 0 || now == half_cycle::none ? 0 : charge_of_row(table, row, new_step) / silicon_g_;
    state.capacity += charge;
    state.passed += charge;
    if (state.step == half_cycle::delithiation)
        state.delithiated += charge;
    state.voltage_V = table.voltage_V.empty() ? unknown : table.voltage_V[row];
    states_.push_back(state);
}

double cycling_history::charge_of_row(const cycling_table& table, std::size_t row, bool new_step) const {
    if (!table.capacity_mAh.empty()) {
        // A capacity that counts anew in every step falls back there; one that counts on does not.
        const double now = table.capacity_mAh[row];
        const double risen = std::abs(now - table.capacity_mAh[row - 1]);
        return new_step ? std::min(risen, std::abs(now)) : risen;
    }
    const double hours = std::max(0.0, table.time_h[row] - table.time_h[row - 1]);
    const double current = std::abs(table.current_mA[row]), earlier = std::abs(table.current_mA[row - 1]);
    return hours * (new_step ? current : (current + earlier) / 2);
}

std::vector<cycle_summary> cycling_history::cycles() const {
    std::vector<cycle_summary> cycles;
    std::vector<std::array<step_sum, 2>> sums;
    for (std::size_t row = 0; row < states_.size(); ++row) {
        const cycling_state& state = states_[row];
        if (cycles.empty() || cycles.back().cycle != state.cycle) {
            cycles.push_back({.cycle = state.cycle});
            sums.emplace_back();
        }
        cycles.back().delithiated = state.delithiated;
        if (row == 0 || state.passed == states_[row - 1].passed)
            continue;
        step_sum& sum = sums.back()[state.step == half_cycle::lithiation ? 0 : 1];
        sum.capacity += state.passed - states_[row - 1].passed;
        sum.hours += std::max(0.0, time_h_[row] - time_h_[row - 1]);
    }
    double first = 0;
    for (std::size_t i = 0; i < cycles.size(); ++i) {
        cycle_summary& cycle = cycles[i];
        cycle.lithiation = sums[i][0].capacity;
        cycle.delithiation = sums[i][1].capacity;
        cycle.lithiation_c_rate = sums[i][0].c_rate(theoretical_);
        cycle.delithiation_c_rate = sums[i][1].c_rate(theoretical_);
        cycle.coulombic_efficiency =
            coulombic_efficiency(cycle.lithiation * units::mAh_per_g, cycle.delithiation * units::mAh_per_g);
        first = first == 0 ? cycle.delithiation : first;
        cycle.retention = capacity_retention(cycle.delithiation * units::mAh_per_g, first * units::mAh_per_g);
    }
    return cycles;
}

cycling_state cycling_history::start() const {
    cycling_state state;
    state.cycle = states_.front().cycle;
    state.voltage_V = states_.front().voltage_V;
    return state;
}

cycling_state cycling_history::between(std::size_t row, double time_h) const {
    cycling_state state = states_[row];
    if (row + 1 == states_.size() || time_h <= time_h_[row])
        return state;
    const cycling_state& next = states_[row + 1];
    const double gap = time_h_[row + 1] - time_h_[row];
    if (next.step != state.step || next.cycle != state.cycle || gap <= 0)
        return state;
    const double share = std::min(1.0, (time_h - time_h_[row]) / gap);
    const auto mean = [&](double a, double b) { return a + share * (b - a); };
    state.voltage_V = mean(state.voltage_V, next.voltage_V);
    state.capacity = mean(state.capacity, next.capacity);
    state.delithiated = mean(state.delithiated, next.delithiated);
    state.passed = mean(state.passed, next.passed);
    return state;
}

std::optional<cycling_state> cycling_history::at(std::optional<std::int64_t> cycle, half_cycle step,
                                                 std::optional<double> time_h, std::string& problem) const {
    std::optional<std::size_t> first, last, before;
    for (std::size_t row = 0; row < states_.size(); ++row) {
        if ((cycle && states_[row].cycle != *cycle) || (step != half_cycle::none && states_[row].step != step))
            continue;
        first = first.value_or(row);
        last = row;
        if (time_h && time_h_[row] <= *time_h)
            before = row;
    }
    const std::string wanted = fmt::format("{}{}", cycle ? fmt::format("cycle {}", *cycle) : std::string("any cycle"),
                                           step == half_cycle::none         ? ""
                                           : step == half_cycle::lithiation ? ", lithiation"
                                                                            : ", delithiation");
    if (!first) {
        problem = fmt::format("no row of {}", wanted);
        return std::nullopt;
    }
    if (!time_h)
        return states_[*last];
    if (*time_h < time_h_[*first] - time_slack_h || *time_h > time_h_[*last] + time_slack_h) {
        problem = fmt::format("{:.6g} h, while the rows of {} go from {:.6g} to {:.6g} h", *time_h, wanted,
                              time_h_[*first], time_h_[*last]);
        return std::nullopt;
    }
    return between(before.value_or(*first), *time_h);
}

}  // namespace tomosweep
