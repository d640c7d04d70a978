#include <fmt/format.h>

#include "derivation.hpp"

namespace tomosweep::derivation {

data_group cycles_group(const joined_electrochemistry& electrochemistry) {
    std::vector<std::string> names, samples;
    std::vector<std::int64_t> cycles;
    std::vector<cycle_summary> rows;
    for (const cycled_cell& cell : electrochemistry.cells)
        for (const cycle_summary& cycle : cell.cycles) {
            names.push_back(fmt::format("{} cycle {}", cell.sample, cycle.cycle));
            samples.push_back(cell.sample);
            cycles.push_back(cycle.cycle);
            rows.push_back(cycle);
        }
    data_group group = group_over("cycles", "sample_cycle", std::move(names), "sample and cycle");
    const std::vector<std::string> over{"sample_cycle"};
    add(group, "sample", over, std::move(samples), "", "sample");
    add(group, "cycle", over, std::move(cycles), "1", "charge-discharge cycle");
    const auto column = [&](const char* name, const char* units, const char* long_name, double cycle_summary::*part) {
        std::vector<double> numbers;
        for (const cycle_summary& row : rows)
            numbers.push_back(row.*part);
        add(group, name, over, std::move(numbers), units, long_name);
    };
    column("lithiation_capacity_mAh_per_g", "mAh/g", "capacity put in", &cycle_summary::lithiation);
    column("delithiation_capacity_mAh_per_g", "mAh/g", "capacity taken out", &cycle_summary::delithiation);
    column("coulombic_efficiency", "1", "delithiation over lithiation capacity", &cycle_summary::coulombic_efficiency);
    column("capacity_retention", "1", "delithiation capacity over that of the first cycle", &cycle_summary::retention);
    column("lithiation_c_rate", "1", "mean current over the theoretical capacity, per hour",
           &cycle_summary::lithiation_c_rate);
    column("delithiation_c_rate", "1", "mean current over the theoretical capacity, per hour",
           &cycle_summary::delithiation_c_rate);
    column("cumulated_capacity_mAh_per_g", "mAh/g", "delithiation capacity of all cycles up to this one",
           &cycle_summary::delithiated);
    return group;
}

}  // namespace tomosweep::derivation
