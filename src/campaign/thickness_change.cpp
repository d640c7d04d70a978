#include <cmath>
#include <span>

#include "derivation.hpp"
#include "tomosweep/archive/schema.hpp"

namespace tomosweep::derivation {
namespace {

constexpr const char* map_name = "electrode_thickness_map_um";
constexpr const char* change_map_name = "electrode_thickness_change_map_um";

/// A map over (scan, lateral_y, lateral_x) less that of each scan's reference state; NaN where either has no cell.
std::vector<double> less_reference(const std::vector<double>& maps, const campaign_states& states) {
    const std::size_t cells = maps.size() / states.scans.size();
    std::vector<double> changes(maps.size(), unknown);
    for (std::size_t scan = 0; scan < states.scans.size(); ++scan)
        if (const auto& reference = states.scans[scan].reference)
            for (std::size_t cell = 0; cell < cells; ++cell)
                changes[scan * cells + cell] = maps[scan * cells + cell] - maps[*reference * cells + cell];
    return changes;
}

struct cell_statistics {
    double mean = unknown, deviation = unknown;
};

/// Over the cells that have a value.
cell_statistics statistics_of(std::span<const double> cells) {
    double count = 0, sum = 0, squares = 0;
    for (const double value : cells)
        if (!std::isnan(value)) {
            ++count;
            sum += value;
        }
    if (count == 0)
        return {};
    const double mean = sum / count;
    for (const double value : cells)
        if (!std::isnan(value))
            squares += (value - mean) * (value - mean);
    return {mean, std::sqrt(squares / count)};
}

}  // namespace

void add_thickness_change_map(data_group& campaign, const campaign_states& states) {
    const std::vector<double>& maps = values_of<double>(campaign, map_name);
    if (!maps.empty())
        add(campaign, change_map_name, {schema::scan, "lateral_y", "lateral_x"}, less_reference(maps, states), "um",
            "electrode thickness less that of the reference state in the same lateral cell");
}

void add_thickness_changes(data_group& group, const data_group& campaign, const campaign_states& states) {
    const std::vector<double>& changes = values_of<double>(campaign, change_map_name);
    if (changes.empty())
        return;
    const std::size_t cells = changes.size() / states.scans.size();
    std::vector<double> means, deviations;
    for (std::size_t scan = 0; scan < states.scans.size(); ++scan) {
        const auto found = statistics_of(std::span(changes).subspan(scan * cells, cells));
        means.push_back(found.mean);
        deviations.push_back(found.deviation);
    }
    add(group, "electrode_thickness_change_um", {schema::scan}, std::move(means), "um",
        "mean over the lateral cells of the electrode thickness less that of the reference state");
    add(group, "electrode_thickness_change_deviation_um", {schema::scan}, std::move(deviations), "um",
        "standard deviation over the lateral cells of the electrode thickness less that of the reference state");
}

}  // namespace tomosweep::derivation
