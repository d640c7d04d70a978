#pragma once

#include <cstdint>
#include <vector>

namespace tomosweep {

/// What a cycler recorded, row by row. A column is empty, or as long as `time_h`; all numbers are finite.
struct cycling_table {
    std::vector<double> time_h;  ///< never falls within a cycle
    std::vector<double> current_mA;
    std::vector<double> voltage_V;     ///< may be empty
    std::vector<double> capacity_mAh;  ///< may be empty; counts on through all steps, or from 0 in each
    std::vector<std::int64_t> cycle;   ///< may be empty; as the cycler counts

    std::size_t rows() const { return time_h.size(); }

    friend bool operator==(const cycling_table&, const cycling_table&) = default;
};

}  // namespace tomosweep
