#include "result_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "tomosweep/campaign/derived.hpp"
#include "tomosweep/campaign/shard.hpp"

namespace tomosweep::app {
namespace {

/// Where the table looks: one point of the sweep.
struct sweep_point {
    std::size_t threshold = 0, limit = 0, connectivity = 0;
};

sweep_point main_point(const data_group& group) {
    sweep_point point;
    point.threshold = (values_of<double>(group, "threshold").size() - 1) / 2;
    const auto& limits = values_of<double>(group, "resolution_limit");
    const auto& voxel_sizes = values_of<double>(group, "voxel_size_um");
    const double wanted = 4 * *std::ranges::min_element(voxel_sizes);
    const auto nearest = std::ranges::min_element(limits, {}, [&](double limit) { return std::abs(limit - wanted); });
    point.limit = static_cast<std::size_t>(nearest - limits.begin());
    point.connectivity = values_of<std::int32_t>(group, "connectivity").size() - 1;
    return point;
}

/// The value of a figure for one scan at the point, whichever of the sweep's axes it has; NaN when there is no such
/// figure.
template <class T>
double at(const data_group& group, std::string_view name, std::size_t scan, const sweep_point& point) {
    const variable* figure = find_named(group.variables, name);
    if (figure == nullptr)
        return std::nan("");
    std::size_t index = 0;
    for (const std::string& dimension : figure->dimensions) {
        const std::size_t place = dimension == "scan"               ? scan
                                  : dimension == "threshold"        ? point.threshold
                                  : dimension == "resolution_limit" ? point.limit
                                                                    : point.connectivity;
        index = index * static_cast<std::size_t>(find_named(group.dimensions, dimension)->length) + place;
    }
    return static_cast<double>(std::get<std::vector<T>>(figure->values)[index]);
}

/// A figure in a column of the given width; a dash where an empty phase has none.
std::string cell(double figure, int width, int digits = 4) {
    return std::isnan(figure) ? fmt::format(" {:>{}}", "-", width) : fmt::format(" {:>{}.{}g}", figure, width, digits);
}

std::string row(const data_group& group, std::size_t scan, const sweep_point& point) {
    const std::string& id = values_of<std::string>(group, "scan")[scan];
    if (const std::string& failure = values_of<std::string>(group, "failure")[scan]; !failure.empty())
        return fmt::format("{:<20} failed: {}\n", id, failure);
    const auto number = [&](const char* name) { return at<double>(group, name, scan, point); };
    std::string text = fmt::format("{:<20}", id);
    text += cell(number("threshold_grey"), 9, 6) + cell(100 * number("volume_fraction"), 9);
    text += cell(number("surface_per_volume"), 10);
    text += cell(number("mean_width_um"), 9) + cell(number("median_width_um"), 9);
    const bool spans = at<std::int32_t>(group, "spans_depth", scan, point) > 0;
    return text + cell(number("interconnectivity"), 9) + fmt::format(" {:>6}\n", spans ? "yes" : "no");
}

std::string table_of(const data_group& group, const std::string& phase) {
    const sweep_point point = main_point(group);
    std::string text = fmt::format("{}threshold {:g} ({}), resolution limit {:g} um, {} neighbours\n", phase,
                                   values_of<double>(group, "threshold")[point.threshold],
                                   find_named(group.variables, "threshold")->long_name,
                                   values_of<double>(group, "resolution_limit")[point.limit],
                                   values_of<std::int32_t>(group, "connectivity")[point.connectivity]);
    text += fmt::format("{:<20} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9} {:>6}\n", "scan", "grey", "volume/%", "S/V /um^-1",
                        "mean/um", "median/um", "largest", "spans");
    for (std::size_t scan = 0; scan < values_of<std::string>(group, "scan").size(); ++scan)
        text += row(group, scan, point);
    return text;
}

}  // namespace

std::string result_table(const data_group& archive) {
    std::string text;
    if (find_named(archive.variables, "volume_fraction") != nullptr)
        text = table_of(archive, "");
    for (const data_group& group : archive.groups)
        if (find_named(group.variables, "volume_fraction") != nullptr)
            text += table_of(group, group.name + ": ");
    if (const std::string problems = derivation_problems(archive); !problems.empty())
        text += "left out of the archive:\n" + problems + "\n";
    return text;
}

std::vector<std::string> clipping_warnings(const data_group& archive) {
    constexpr double tolerated = 0.01;
    std::vector<std::string> warnings;
    const data_group* process = find_named(archive.groups, "process");
    for (const data_group& scan : process == nullptr ? std::vector<data_group>() : process->groups)
        for (const auto& [name, side] :
             {std::pair{clipped_below_attribute, "below"}, {clipped_above_attribute, "above"}}) {
            const attribute* share = find_named(scan.attributes, name);
            if (share != nullptr && std::get<double>(share->value) > tolerated)
                warnings.push_back(
                    fmt::format("{}: {:.1f} % of the region's voxels lie {} the grey window or the number "
                                "format and are cut to its end",
                                scan.name, 100 * std::get<double>(share->value), side));
        }
    return warnings;
}

}  // namespace tomosweep::app
