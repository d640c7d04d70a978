#include "tomosweep/descriptors/figures.hpp"

#include <functional>
#include <string_view>

#include "tomosweep/core/unknown.hpp"
#include "tomosweep/descriptors/islets.hpp"
#include "tomosweep/descriptors/resolution_limit.hpp"
#include "tomosweep/descriptors/surface.hpp"
#include "tomosweep/descriptors/width.hpp"

namespace tomosweep {
namespace {

struct source_tables {
    const phase_tables& tables;
    const figure_axes& axes;
    const figure_scale& scale;
};

/// One row of the registry: what a figure is called, over which axes it stands, and how it follows from the tables.
struct figure {
    std::string_view name;
    std::vector<std::string> dimensions;
    std::string_view units;
    std::string_view long_name;
    std::function<variable_values(const source_tables&)> derive;
};

using names = std::vector<std::string>;
const names per_threshold{"scan", "threshold"};
const names per_point{"scan", "threshold", "resolution_limit"};
const names per_connectivity{"scan", "threshold", "resolution_limit", "connectivity"};
const names per_depth{"scan", "threshold", "resolution_limit", "depth"};
const names per_normalised{"scan", "threshold", "resolution_limit", "normalised_depth"};
const names per_width{"scan", "threshold", "width"};

/// Calls `value(counts of the point)` for every (threshold, resolution limit).
template <class T, class Value>
variable_values over_points(const source_tables& from, Value&& value) {
    std::vector<T> values;
    for (const auto& limits : from.tables.counts)
        for (const phase_counts& counts : limits)
            values.push_back(static_cast<T>(value(counts)));
    return values;
}

/// Calls `value(counts, 6 or 26)` for every (threshold, resolution limit, connectivity).
template <class T, class Value>
variable_values over_connectivities(const source_tables& from, Value&& value) {
    std::vector<T> values;
    for (const auto& limits : from.tables.counts)
        for (const phase_counts& counts : limits)
            for (const int neighbours : from.axes.connectivities)
                values.push_back(static_cast<T>(value(counts, neighbours)));
    return values;
}

const component_counts& components(const phase_counts& counts, int neighbours) {
    return counts.components[neighbours == 6 ? 0 : 1];
}

double surface_um2(const source_tables& from, const phase_counts& counts) {
    return crofton_surface(counts.transitions) * from.scale.voxel_size_um * from.scale.voxel_size_um;
}

double volume_um3(const source_tables& from, const phase_counts& counts) {
    const double edge = from.scale.voxel_size_um;
    return static_cast<double>(counts.voxels) * edge * edge * edge;
}

distance_sq_t smallest_radius_sq(const source_tables& from, std::size_t limit) {
    return smallest_resolved_radius_sq(from.axes.resolution_limits_um[limit], from.scale.voxel_size_um);
}

/// Voxel counting reads a slab of w voxels as w + 1 (odd w) or w (even w): half a voxel too much on average.
constexpr double slab_bias = 0.5;

/// Mean or median width in um over every (threshold, resolution limit), less `bias` voxels.
variable_values widths(const source_tables& from, double width_statistics::*which, double bias = 0) {
    std::vector<double> values;
    for (const thickness_table& thickness : from.tables.thickness)
        for (std::size_t limit = 0; limit < from.axes.resolution_limits_um.size(); ++limit)
            values.push_back((width_of(thickness, smallest_radius_sq(from, limit)).*which - bias) *
                             from.scale.voxel_size_um);
    return values;
}

/// One value per (threshold, resolution limit, bin) from the rows of that bin of one joint histogram by depth:
/// `value(rows, smallest squared radius kept, bin)`.
template <class Value>
variable_values over_bins(const source_tables& from, const std::vector<thickness_table>& tables, std::size_t bin_count,
                          Value&& value) {
    std::vector<double> values;
    for (const thickness_table& thickness : tables) {
        const std::vector<thickness_table> bins = by_depth(thickness, bin_count);
        for (std::size_t limit = 0; limit < from.axes.resolution_limits_um.size(); ++limit)
            for (std::size_t bin = 0; bin < bin_count; ++bin)
                values.push_back(value(bins[bin], smallest_radius_sq(from, limit), bin));
    }
    return values;
}

variable_values depth_widths(const source_tables& from, double width_statistics::*which) {
    return over_bins(from, from.tables.thickness, from.axes.depth_bins,
                     [&](const thickness_table& rows, distance_sq_t smallest, std::size_t) {
                         return width_of(rows, smallest).*which * from.scale.voxel_size_um;
                     });
}

variable_values normalised_widths(const source_tables& from, double width_statistics::*which) {
    return over_bins(from, from.tables.normalised_thickness, from.axes.normalised_bins,
                     [&](const thickness_table& rows, distance_sq_t smallest, std::size_t) {
                         return width_of(rows, smallest).*which * from.scale.voxel_size_um;
                     });
}

/// A voxel is kept at a limit when its thickness is, so that the histogram of thickness holds the volumes, too.
variable_values normalised_fractions(const source_tables& from) {
    return over_bins(from, from.tables.normalised_thickness, from.axes.normalised_bins,
                     [&](const thickness_table& rows, distance_sq_t smallest, std::size_t bin) {
                         std::int64_t voxels = 0;
                         for (const thickness_count& row : rows)
                             voxels += row.radius_sq >= smallest ? row.voxels : 0;
                         return ratio(voxels, from.scale.region.normalised_voxels[bin]);
                     });
}

variable_values depth_fractions(const source_tables& from) {
    std::vector<double> values;
    for (const auto& limits : from.tables.counts)
        for (const phase_counts& counts : limits)
            for (std::size_t bin = 0; bin < from.axes.depth_bins; ++bin)
                values.push_back(ratio(counts.depth_voxels[bin], from.scale.region.depth_voxels[bin]));
    return values;
}

variable_values width_histograms(const source_tables& from) {
    std::vector<std::int64_t> values;
    const double bin = from.axes.width_bin_um / from.scale.voxel_size_um;
    for (const thickness_table& thickness : from.tables.thickness)
        for (const std::int64_t voxels : width_histogram(thickness, bin, from.axes.width_bins))
            values.push_back(voxels);
    return values;
}

std::vector<figure> volume_and_surface() {
    return {
        {"status", per_point, "1", "0 where the figures of this point are good",
         [](const source_tables& from) { return over_points<std::int32_t>(from, [](const auto&) { return 0; }); }},
        {"phase_voxels", per_point, "1", "voxels of the phase",
         [](const source_tables& from) {
             return over_points<std::int64_t>(from, [](const auto& counts) { return counts.voxels; });
         }},
        {"volume_fraction", per_point, "1", "phase volume over region volume",
         [](const source_tables& from) {
             return over_points<double>(
                 from, [&](const auto& counts) { return ratio(counts.voxels, from.scale.region.voxels); });
         }},
        {"surface_area_um2", per_point, "um^2", "phase surface, Crofton formula over 13 directions",
         [](const source_tables& from) {
             return over_points<double>(from, [&](const auto& counts) { return surface_um2(from, counts); });
         }},
        {"surface_per_volume", per_point, "um^-1", "phase surface (Crofton) over phase volume",
         [](const source_tables& from) {
             return over_points<double>(from, [&](const auto& counts) {
                 return quotient(surface_um2(from, counts), volume_um3(from, counts));
             });
         }},
        {"face_area_um2", per_point, "um^2", "phase surface as the area of its voxel faces",
         [](const source_tables& from) {
             return over_points<double>(from, [&](const auto& counts) {
                 return static_cast<double>(face_count(counts.transitions)) * from.scale.voxel_size_um *
                        from.scale.voxel_size_um;
             });
         }},
    };
}

std::vector<figure> connection() {
    return {
        {"euler_number", per_connectivity, "1", "Euler number, complement with the dual connectivity",
         [](const source_tables& from) {
             return over_connectivities<std::int64_t>(
                 from, [](const auto& counts, int n) { return n == 6 ? counts.euler_6 : counts.euler_26; });
         }},
        {"component_count", per_connectivity, "1", "connected components of the phase",
         [](const source_tables& from) {
             return over_connectivities<std::int64_t>(
                 from, [](const auto& counts, int n) { return components(counts, n).count; });
         }},
        {"largest_component_voxels", per_connectivity, "1", "voxels of the largest connected component",
         [](const source_tables& from) {
             return over_connectivities<std::int64_t>(
                 from, [](const auto& counts, int n) { return components(counts, n).largest; });
         }},
        {"interconnectivity", per_connectivity, "1", "largest component over phase volume",
         [](const source_tables& from) {
             return over_connectivities<double>(
                 from, [](const auto& counts, int n) { return ratio(components(counts, n).largest, counts.voxels); });
         }},
        {"spans_depth", per_connectivity, "1", "1 where one component touches the first and the last layer",
         [](const source_tables& from) {
             return over_connectivities<std::int32_t>(
                 from, [](const auto& counts, int n) { return components(counts, n).spans_depth; });
         }},
        {"depth_volume_fraction", per_depth, "1", "phase volume over region volume by depth", depth_fractions},
    };
}

std::vector<figure> width() {
    return {
        {"mean_width_um", per_point, "um", "mean local thickness over the phase volume",
         [](const source_tables& from) { return widths(from, &width_statistics::mean); }},
        {"median_width_um", per_point, "um", "median local thickness over the phase volume",
         [](const source_tables& from) { return widths(from, &width_statistics::median); }},
        {"corrected_mean_width_um", per_point, "um", "mean local thickness less the mean slab bias of half a voxel",
         [](const source_tables& from) { return widths(from, &width_statistics::mean, slab_bias); }},
        {"corrected_median_width_um", per_point, "um", "median local thickness less the mean slab bias of half a voxel",
         [](const source_tables& from) { return widths(from, &width_statistics::median, slab_bias); }},
        {"depth_mean_width_um", per_depth, "um", "mean local thickness by depth",
         [](const source_tables& from) { return depth_widths(from, &width_statistics::mean); }},
        {"depth_median_width_um", per_depth, "um", "median local thickness by depth",
         [](const source_tables& from) { return depth_widths(from, &width_statistics::median); }},
        {"width_histogram", per_width, "1", "phase voxels by local thickness, last class open-ended", width_histograms},
        {"max_distance_sq", per_threshold, "voxel^2",
         "largest squared distance to the background; -1 where there is no background",
         [](const source_tables& from) { return variable_values(from.tables.max_distance_sq); }},
    };
}

std::vector<figure> normalised() {
    return {
        {"normalised_depth_volume_fraction", per_normalised, "1",
         "phase volume over region volume by depth between the electrode's interfaces", normalised_fractions},
        {"normalised_depth_mean_width_um", per_normalised, "um",
         "mean local thickness by depth between the electrode's interfaces",
         [](const source_tables& from) { return normalised_widths(from, &width_statistics::mean); }},
        {"normalised_depth_median_width_um", per_normalised, "um",
         "median local thickness by depth between the electrode's interfaces",
         [](const source_tables& from) { return normalised_widths(from, &width_statistics::median); }},
    };
}

/// One number per (threshold, resolution limit) from the pieces there.
template <class T, class Value>
variable_values over_islets(const source_tables& from, Value&& value) {
    std::vector<T> values;
    for (const auto& limits : from.tables.islets)
        for (const islet_tables& islets : limits)
            values.push_back(value(islets_of(islets.pieces)));
    return values;
}

/// One number per (threshold, resolution limit) from the widths of the islets there, times `unit`.
variable_values over_islet_widths(const source_tables& from, double islet_width_statistics::*which, double unit) {
    std::vector<double> values;
    for (const auto& limits : from.tables.islets)
        for (const islet_tables& islets : limits)
            values.push_back(islet_widths_of(islets.widths).*which * unit);
    return values;
}

std::vector<figure> islets() {
    const auto area_um2 = [](double islet_statistics::*which) {
        return [which](const source_tables& from) {
            const double edge = from.scale.voxel_size_um;
            return over_islets<double>(from, [&](const islet_statistics& s) { return s.*which * edge * edge; });
        };
    };
    return {
        {"islet_count", per_point, "1", "pieces that the phase separates in the layers and that are not cut",
         [](const source_tables& from) {
             return over_islets<std::int64_t>(from, [](const islet_statistics& s) { return s.pieces; });
         }},
        {"islet_mean_area_um2", per_point, "um^2", "mean area over area of the pieces that are not cut",
         area_um2(&islet_statistics::mean_area)},
        {"islet_median_area_um2", per_point, "um^2", "median area over area of the pieces that are not cut",
         area_um2(&islet_statistics::median_area)},
        {"islet_mean_diameter_um", per_point, "um",
         "mean diameter of the circles of equal area over area of the pieces that are not cut",
         [](const source_tables& from) {
             return over_islets<double>(
                 from, [&](const islet_statistics& s) { return s.mean_diameter * from.scale.voxel_size_um; });
         }},
        {"islet_cut_share", per_point, "1", "share of the area in pieces that the region's border cuts",
         [](const source_tables& from) {
             return over_islets<double>(from, [](const islet_statistics& s) { return s.cut_share; });
         }},
    };
}

std::vector<figure> islet_widths() {
    return {
        {"islet_mean_width_um", per_point, "um", "mean local thickness, in the layer, of what the phase leaves",
         [](const source_tables& from) {
             return over_islet_widths(from, &islet_width_statistics::mean, from.scale.voxel_size_um);
         }},
        {"islet_median_width_um", per_point, "um", "median local thickness, in the layer, of what the phase leaves",
         [](const source_tables& from) {
             return over_islet_widths(from, &islet_width_statistics::median, from.scale.voxel_size_um);
         }},
        {"islet_unbounded_share", per_point, "1", "share of what the phase leaves that lies in layers without phase",
         [](const source_tables& from) {
             return over_islet_widths(from, &islet_width_statistics::unbounded_share, 1);
         }},
    };
}

std::vector<figure> thresholds(bool between) {
    std::vector<figure> rows{{"threshold_grey", per_threshold, "grey level", "grey level used as the threshold",
                              [](const source_tables& from) { return variable_values(from.tables.threshold_grey); }}};
    if (between)
        rows.push_back({"threshold_low_grey", per_threshold, "grey level", "lower grey level, not part of the phase",
                        [](const source_tables& from) { return variable_values(from.tables.threshold_low_grey); }});
    return rows;
}

/// The figures that these tables yield.
std::vector<figure> registry(const phase_tables& tables) {
    const bool between = !tables.threshold_low_grey.empty(), widths = !tables.thickness.empty();
    std::vector<figure> rows = thresholds(between);
    const auto append = [&](const std::vector<figure>& more) { rows.insert(rows.end(), more.begin(), more.end()); };
    append(volume_and_surface());
    append(connection());
    if (widths)
        append(width());
    if (!tables.normalised_thickness.empty())
        append(normalised());
    if (!tables.islets.empty())
        append(islets());
    if (!tables.islets.empty() && widths)
        append(islet_widths());
    return rows;
}

}  // namespace

std::vector<variable> derive_figures(const phase_tables& tables, const figure_axes& axes, const figure_scale& scale) {
    const source_tables from{tables, axes, scale};
    std::vector<variable> variables;
    for (const figure& row : registry(tables))
        variables.push_back({std::string(row.name),
                             row.dimensions,
                             row.derive(from),
                             std::string(row.units),
                             std::string(row.long_name),
                             {}});
    return variables;
}

std::vector<variable> failed_figures(const figure_axes& axes, bool between, bool widths, std::int32_t failure) {
    phase_counts nothing;
    nothing.depth_voxels.assign(axes.depth_bins, 0);
    phase_tables tables;
    tables.threshold_grey.assign(axes.thresholds, unknown);
    tables.threshold_low_grey.assign(between ? axes.thresholds : 0, unknown);
    tables.counts.assign(axes.thresholds, std::vector<phase_counts>(axes.resolution_limits_um.size(), nothing));
    tables.thickness.resize(widths ? axes.thresholds : 0);
    tables.normalised_thickness.resize(widths && axes.normalised_bins > 0 ? axes.thresholds : 0);
    tables.islets.assign(axes.islets ? axes.thresholds : 0,
                         std::vector<islet_tables>(axes.resolution_limits_um.size()));
    tables.max_distance_sq.assign(widths ? axes.thresholds : 0, 0);
    figure_scale scale;
    scale.region.depth_voxels.assign(axes.depth_bins, 0);
    scale.region.normalised_voxels.assign(axes.normalised_bins, 0);
    std::vector<variable> variables = derive_figures(tables, axes, scale);
    auto& status = std::get<std::vector<std::int32_t>>(find_named(variables, "status")->values);
    status.assign(status.size(), failure);
    return variables;
}

}  // namespace tomosweep
