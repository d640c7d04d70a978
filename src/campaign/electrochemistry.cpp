#include "tomosweep/campaign/electrochemistry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tomosweep/archive/checksum.hpp"
#include "tomosweep/io/cycling_file.hpp"

namespace tomosweep {
namespace {

half_cycle step_of(const scan_spec& scan) {
    if (scan.step == "lithiation")
        return half_cycle::lithiation;
    return scan.step == "delithiation" ? half_cycle::delithiation : half_cycle::none;
}

bool belongs(const scan_spec& scan, const electrochemistry_spec& table) {
    const bool listed = std::find(table.scans.begin(), table.scans.end(), scan.id) != table.scans.end();
    return scan.sample == table.sample && (table.scans.empty() || listed);
}

std::string checksum_of_numbers(const cycling_table& table) {
    std::vector<double> numbers;
    for (const auto* column : {&table.time_h, &table.current_mA, &table.voltage_V, &table.capacity_mAh})
        numbers.insert(numbers.end(), column->begin(), column->end());
    numbers.insert(numbers.end(), table.cycle.begin(), table.cycle.end());
    return checksum_of(variable{"table", {}, numbers, "", "", {}});
}

/// The state of a scan, or in `wrong` why there is none.
std::optional<cycling_state> state_of(const scan_spec& scan, const electrochemistry_spec& table,
                                      const cycling_history& history, std::string& wrong) {
    if (scan.step == "pristine")
        return history.start();
    if (!scan.cycle && !scan.time_h)
        return std::nullopt;
    const auto time = scan.time_h ? std::optional(*scan.time_h + table.time_offset_h) : std::nullopt;
    auto state = history.at(scan.cycle, step_of(scan), time, wrong);
    // A scan of cycle 0 was taken before a table that counts from 1.
    if (!state && scan.cycle == 0 && scan.step.empty())
        return history.start();
    return state;
}

}  // namespace

joined_electrochemistry join_electrochemistry(const job_spec& job) {
    joined_electrochemistry joined;
    joined.scans.resize(job.scans.size());
    for (const electrochemistry_spec& table : job.study.electrochemistry) {
        const auto add = [&](int line, const std::string& key, const std::string& found, const std::string& accepted) {
            joined.problems.push_back({job.file, line, key, found, accepted});
        };
        const sample_spec sample = job.study.sample(table.sample);
        try {
            const cycling_table rows = io::read_cycling_file(table.path);
            const cycling_history history(
                rows, {sample.cell_silicon().value_or(1 * units::g), table.lithiation_is_negative, table.first_cycle,
                       sample.theoretical_capacity});
            for (std::size_t i = 0; i < job.scans.size(); ++i) {
                if (!belongs(job.scans[i], table))
                    continue;
                std::string wrong;
                if (const auto state = state_of(job.scans[i], table, history, wrong))
                    joined.scans[i] = {joined.cells.size(), *state};
                if (!wrong.empty() && !joined.scans[i])
                    add(job.scans[i].line, fmt::format("scans[{}]", i), fmt::format("{} in {}", wrong, table.path),
                        "cycle, step and time_h of a row; `first_cycle` and `time_offset_h` of the table where it "
                        "counts "
                        "from elsewhere");
            }
            joined.cells.push_back({table.sample, table.path, checksum_of_numbers(rows), history.cycles()});
        } catch (const input_error& wrong) {
            add(table.line, table.key + ".path",
                fmt::format("{}{}{}: {}", wrong.file(), wrong.where().empty() ? "" : ": ", wrong.where(),
                            wrong.found()),
                wrong.accepted());
        }
    }
    return joined;
}

}  // namespace tomosweep
