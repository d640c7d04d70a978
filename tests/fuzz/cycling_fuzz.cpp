#include <cmath>

#include "fuzz/fuzz.hpp"
#include "tomosweep/descriptors/cycling.hpp"
#include "tomosweep/descriptors/electrode_formulas.hpp"
#include "tomosweep/io/cycling_file.hpp"

using namespace tomosweep;

/// A cycler's table; whatever it holds, columns are whole and a history can be made of it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::value_or_refusal([&] {
        const cycling_table table = io::parse_cycling_table("cell.mpt", std::string(fuzz::text_of(data, size)));
        for (const auto* column : {&table.current_mA, &table.voltage_V, &table.capacity_mAh})
            require(column->empty() || column->size() == table.rows(), "columns are whole");
        require(!table.time_h.empty() && table.current_mA.size() == table.rows(), "time and current are there");
        const cycling_history history(table, {0.1 * units::mg, true, std::nullopt, silicon_capacity});
        require(!history.cycles().empty(), "a table has a cycle");
        std::string problem;
        history.at(std::nullopt, half_cycle::none, table.time_h.back(), problem);
    });
    return 0;
}
