#include "tomosweep/campaign/electrode_group.hpp"

#include <algorithm>
#include <cmath>

#include "tomosweep/core/unknown.hpp"

namespace tomosweep {
namespace {

using numbers = std::vector<double>;

/// Thickness of a cell, voxels, NaN where neither interface is in the region.
double thickness_of(const electrode_interfaces& found, std::size_t cell) {
    if (found.collector.states[cell] == cell_state::outside)
        return unknown;
    return std::abs(found.separator.map.heights[cell] - found.collector.map.heights[cell]);
}

/// Mean, median and standard deviation over the columns of cells in the region, voxels.
struct thickness_statistics {
    double mean = unknown, median = unknown, deviation = unknown;
};

numbers thickness_of_columns(const found_electrode& electrode) {
    const interface_map& collector = electrode.interfaces.collector;
    const interface_map& separator = electrode.interfaces.separator;
    numbers values;
    for (index_t row = 0; row < collector.map.rows; ++row)
        for (index_t y = first_column(row, collector.map.step);
             y < std::min(electrode.volume.y, first_column(row + 1, collector.map.step)); ++y)
            for (index_t x = 0, column = 0; x < electrode.volume.x; ++x) {
                column += x >= first_column(column + 1, collector.map.step) ? 1 : 0;
                const auto cell = static_cast<std::size_t>(row * collector.map.columns + column);
                if (collector.states[cell] == cell_state::outside)
                    continue;
                const double v = static_cast<double>(y) + 0.5, u = static_cast<double>(x) + 0.5;
                values.push_back(std::abs(separator.map.at(v, u) - collector.map.at(v, u)));
            }
    return values;
}

thickness_statistics statistics_of(const found_electrode& electrode) {
    numbers values = thickness_of_columns(electrode);
    if (values.empty())
        return {};
    double sum = 0, squares = 0;
    for (const double value : values)
        sum += value;
    const double mean = sum / static_cast<double>(values.size());
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
    return {mean, median_of(values), deviation};
}

/// Share of the cells in the region that got their height from their neighbours.
double filled_share(const interface_map& found) {
    const auto filled = std::ranges::count(found.states, cell_state::filled);
    const auto measured = std::ranges::count(found.states, cell_state::measured);
    return ratio(filled, filled + measured);
}

roughness roughness_of(const interface_map& found) {
    std::vector<std::uint8_t> left_out;
    for (const cell_state state : found.states)
        left_out.push_back(state == cell_state::measured ? 0 : 1);
    return roughness_of(found.map, left_out);
}

variable per_scan(const std::string& name, double value, const char* units, const std::string& long_name) {
    return {name, {"scan"}, numbers{value}, units, long_name, {}};
}

void add_interface(std::vector<variable>& variables, const std::string& name, const interface_map* found, double level,
                   double voxel_um) {
    const roughness rough = found == nullptr ? roughness{} : roughness_of(*found);
    variables.push_back(per_scan(
        name + "_roughness_sa_um", rough.mean_absolute * voxel_um, "um",
        "mean absolute height of the electrode's interface with the " + name + " over its form of second degree"));
    variables.push_back(per_scan(
        name + "_roughness_sq_um", rough.root_mean_square * voxel_um, "um",
        "root mean square height of the electrode's interface with the " + name + " over its form of second degree"));
    variables.push_back(
        per_scan(name + "_filled_share", found == nullptr ? unknown : filled_share(*found), "1",
                 "share of lateral cells whose interface with the " + name + " follows from their neighbours"));
    variables.push_back(per_scan(name + "_level_grey", found == nullptr ? unknown : level, "grey level",
                                 "grey level by which the " + name + " is told from the electrode"));
}

numbers cell_middles(index_t cells, double step_um) {
    numbers middles;
    for (index_t cell = 0; cell < cells; ++cell)
        middles.push_back((static_cast<double>(cell) + 0.5) * step_um);
    return middles;
}

/// `value(cell)` of the scan's own map, times the voxel size, on the campaign's cells.
template <class Value>
numbers padded(const electrode_axes& axes, const height_map& map, double voxel_um, const Value& value) {
    numbers values(static_cast<std::size_t>(axes.rows * axes.columns), unknown);
    for (index_t row = 0; row < std::min(map.rows, axes.rows); ++row)
        for (index_t column = 0; column < std::min(map.columns, axes.columns); ++column)
            values[static_cast<std::size_t>(row * axes.columns + column)] =
                value(static_cast<std::size_t>(row * map.columns + column)) * voxel_um;
    return values;
}

numbers heights_of(const electrode_axes& axes, const interface_map& found, double voxel_um) {
    return padded(axes, found.map, voxel_um, [&](std::size_t cell) {
        return found.states[cell] == cell_state::outside ? unknown : found.map.heights[cell];
    });
}

}  // namespace

std::vector<variable> electrode_figures(const scan_outcome& outcome) {
    const electrode_interfaces* found = outcome.electrode ? &outcome.electrode->interfaces : nullptr;
    const interface_levels levels = outcome.electrode ? outcome.electrode->levels : interface_levels{};
    const thickness_statistics thickness =
        outcome.electrode ? statistics_of(*outcome.electrode) : thickness_statistics{};
    const double edge = outcome.voxel_size_um;
    std::vector<variable> variables{per_scan("electrode_thickness_um", thickness.mean * edge, "um",
                                             "mean distance of the electrode's interfaces along the depth axis"),
                                    per_scan("electrode_thickness_median_um", thickness.median * edge, "um",
                                             "median distance of the electrode's interfaces along the depth axis"),
                                    per_scan("electrode_thickness_deviation_um", thickness.deviation * edge, "um",
                                             "standard deviation of the electrode's thickness over its columns")};
    add_interface(variables, "collector", found == nullptr ? nullptr : &found->collector, levels.collector, edge);
    add_interface(variables, "separator", found == nullptr ? nullptr : &found->separator, levels.separator, edge);
    return variables;
}

void add_electrode_maps(data_group& root, const electrode_axes& axes, const scan_outcome& outcome) {
    root.dimensions.push_back({"lateral_y", axes.rows});
    root.dimensions.push_back({"lateral_x", axes.columns});
    root.variables.push_back({"lateral_y",
                              {"lateral_y"},
                              cell_middles(axes.rows, axes.spec.lateral_step_um),
                              "um",
                              "middle of the lateral cell along y",
                              {}});
    root.variables.push_back({"lateral_x",
                              {"lateral_x"},
                              cell_middles(axes.columns, axes.spec.lateral_step_um),
                              "um",
                              "middle of the lateral cell along x",
                              {}});
    numbers collector(static_cast<std::size_t>(axes.rows * axes.columns), unknown), separator = collector,
                                                                                    thickness = collector;
    if (outcome.electrode) {
        const electrode_interfaces& found = outcome.electrode->interfaces;
        collector = heights_of(axes, found.collector, outcome.voxel_size_um);
        separator = heights_of(axes, found.separator, outcome.voxel_size_um);
        thickness = padded(axes, found.collector.map, outcome.voxel_size_um,
                           [&](std::size_t cell) { return thickness_of(found, cell); });
    }
    const std::vector<std::string> dimensions{"scan", "lateral_y", "lateral_x"};
    root.variables.push_back({"collector_height_um",
                              dimensions,
                              std::move(collector),
                              "um",
                              "height of the interface electrode/collector over the first layer's outer face",
                              {}});
    root.variables.push_back({"separator_height_um",
                              dimensions,
                              std::move(separator),
                              "um",
                              "height of the interface electrode/separator over the first layer's outer face",
                              {}});
    root.variables.push_back({"electrode_thickness_map_um",
                              dimensions,
                              std::move(thickness),
                              "um",
                              "distance of the electrode's interfaces along the depth axis",
                              {}});
}

}  // namespace tomosweep
