#include "tomosweep/campaign/shard.hpp"

#include <algorithm>
#include <array>

#include "tomosweep/archive/schema.hpp"
#include "tomosweep/campaign/electrode_group.hpp"
#include "tomosweep/campaign/scan_labels.hpp"
#include "tomosweep/campaign/table_groups.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/core/unknown.hpp"
#include "tomosweep/descriptors/otsu.hpp"

namespace tomosweep {
namespace {

variable coordinate(const char* name, std::vector<double> values, const char* units, const std::string& long_name) {
    return {name, {name}, std::move(values), units, long_name, {}};
}

variable per_scan(const char* name, variable_values value, const char* units, const char* long_name) {
    return {name, {"scan"}, std::move(value), units, long_name, {}};
}

/// Centres of equal bins of the given width.
std::vector<double> bin_centres(double bin, index_t bins) {
    std::vector<double> centres;
    for (index_t i = 0; i < bins; ++i)
        centres.push_back((static_cast<double>(i) + 0.5) * bin);
    return centres;
}

index_t length(const std::vector<double>& values) {
    return static_cast<index_t>(values.size());
}

void add_threshold_axis(data_group& group, const threshold_spec& threshold) {
    const std::vector<double> thresholds = threshold_coordinate(threshold);
    group.dimensions.push_back({"threshold", length(thresholds)});
    group.variables.push_back(coordinate("threshold", thresholds, "grey level", threshold_meaning(threshold)));
}

/// The axes that do not depend on the phase.
void add_shared_axes(data_group& group, const campaign_axes& axes) {
    group.dimensions.insert(group.dimensions.end(), {{"resolution_limit", length(axes.resolution_limits_um)},
                                                     {"connectivity", static_cast<index_t>(axes.connectivities.size())},
                                                     {"depth", axes.depth.bins}});
    group.variables.push_back(
        coordinate("resolution_limit", axes.resolution_limits_um, "um", "smallest local thickness that is kept"));
    group.variables.push_back({"connectivity",
                               {"connectivity"},
                               std::vector<std::int32_t>(axes.connectivities.begin(), axes.connectivities.end()),
                               "1",
                               "neighbours of a voxel that count as connected",
                               {}});
    const double depth_bin_um = axes.depth_extent_um / static_cast<double>(axes.depth.bins);
    group.variables.push_back(coordinate(
        "depth", bin_centres(depth_bin_um, axes.depth.bins), "um",
        axes.depth.from_separator ? "centre of the bin, from the separator" : "centre of the bin, from the collector"));
    if (const index_t bins = axes.normalised_bins(); bins > 0) {
        group.dimensions.push_back({"normalised_depth", bins});
        group.variables.push_back(coordinate(
            "normalised_depth", bin_centres(1 / static_cast<double>(bins), bins), "1",
            "centre of the bin, from the electrode's interface with the collector (0) to that with the separator (1)"));
    }
    if (axes.widths) {
        group.dimensions.push_back({"width", axes.width.bins});
        group.variables.push_back(coordinate("width", bin_centres(axes.width.bin_um, axes.width.bins), "um",
                                             "centre of the class of local thickness; the last one is open-ended"));
    }
}

double separability_of(const grey_histogram& histogram) {
    std::int64_t levels = 0;
    for (const std::int64_t count : histogram.counts)
        levels += count > 0 ? 1 : 0;
    return levels < 2 ? unknown : separability(histogram, std::array{otsu(histogram)});
}

/// Of the classes that every threshold really makes; a phase between two levels parts the rest in two.
std::vector<double> separabilities(const grey_histogram& histogram, const phase_tables& tables) {
    const bool parted = std::ranges::count_if(histogram.counts, [](std::int64_t count) { return count > 0; }) > 1;
    std::vector<double> values;
    for (std::size_t i = 0; i < tables.threshold_grey.size(); ++i) {
        std::vector<double> levels{tables.threshold_grey[i]};
        if (!tables.threshold_low_grey.empty())
            levels.insert(levels.begin(), tables.threshold_low_grey[i]);
        values.push_back(parted ? separability(histogram, levels) : unknown);
    }
    return values;
}

void append(std::vector<variable>& variables, std::vector<variable> more) {
    for (variable& one : more)
        variables.push_back(std::move(one));
}

void add_scan(data_group& group, const campaign_axes& axes, const scan_spec& scan, const scan_outcome& outcome,
              const region_counts& region, const grey_histogram& histogram) {
    using numbers = std::vector<double>;
    using integers = std::vector<std::int64_t>;
    using texts = std::vector<std::string>;
    group.variables.push_back(per_scan("scan", texts{scan.id}, "", "scan"));
    append(group.variables, label_variables({scan}));
    group.variables.push_back(per_scan("voxel_size_um", numbers{outcome.voxel_size_um}, "um",
                                       "edge of a voxel of the analysed volume, after binning"));
    group.variables.push_back(
        per_scan("region_voxels", integers{region.voxels}, "1", "voxels of the region that is analysed"));
    group.variables.push_back(per_scan("otsu_separability", numbers{separability_of(histogram)}, "1",
                                       "between-class over total variance of the grey levels at Otsu's threshold"));
    if (axes.electrode)
        append(group.variables, electrode_figures(outcome));
    group.variables.push_back(per_scan("fields_file", texts{outcome.fields_file}, "",
                                       "file with the group /fields, relative to the campaign's folder"));
    group.variables.push_back(per_scan("failure", texts{outcome.failure}, "", "why the scan has no figures"));
}

std::vector<variable> figures_of(const campaign_axes& axes, const phase_spec& phase, const threshold_spec& threshold,
                                 const scan_outcome& outcome, std::size_t index) {
    const figure_axes lengths{threshold_coordinate(threshold).size(),
                              axes.resolution_limits_um,
                              axes.connectivities,
                              static_cast<std::size_t>(axes.depth.bins),
                              static_cast<std::size_t>(axes.width.bins),
                              axes.width.bin_um,
                              static_cast<std::size_t>(axes.normalised_bins()),
                              axes.islets};
    const bool failed = !outcome.failure.empty();
    std::vector<variable> figures =
        failed ? failed_figures(lengths, phase.where == phase_side::between, axes.widths, scan_failed)
               : derive_figures(outcome.phases[index], lengths, {outcome.voxel_size_um, outcome.region_of(index)});
    figures.push_back({"threshold_separability",
                       {"scan", "threshold"},
                       failed ? std::vector<double>(lengths.thresholds, unknown)
                              : separabilities(outcome.histogram_of(index), outcome.phases[index]),
                       "1",
                       "between-class over total variance of the grey levels at this threshold",
                       {}});
    return figures;
}

data_group provenance_group(const scan_spec& scan, const scan_outcome& outcome) {
    data_group process;
    process.name = scan.id;
    process.attributes = outcome.provenance;
    return process;
}

}  // namespace

std::vector<connectivity> campaign_axes::adjacencies() const {
    std::vector<connectivity> list;
    for (const int neighbours : connectivities)
        list.push_back(neighbours == 6 ? connectivity::six : connectivity::twentysix);
    return list;
}

data_group make_shard(const job_spec& job, const campaign_axes& axes, const std::vector<threshold_spec>& thresholds,
                      const scan_spec& scan, const scan_outcome& outcome) {
    data_group root;
    root.attributes = {
        {"title", job.campaign}, {"Conventions", std::string("CF-1.8")}, {schema::version_attribute, schema::version}};
    // The root names the scan, also for readers that know nothing of phases; a phase group repeats what the root
    // says, so that it can be opened alone.
    if (job.grouped_phases) {
        root.dimensions.push_back({"scan", 1});
        add_shared_axes(root, axes);
        add_scan(root, axes, scan, outcome, outcome.region, outcome.histogram);
    }
    for (std::size_t i = 0; i < job.phases.size(); ++i) {
        data_group phase;
        phase.name = job.phases[i].name;
        data_group& target = job.grouped_phases ? phase : root;
        target.dimensions.push_back({"scan", 1});
        add_threshold_axis(target, thresholds[i]);
        add_shared_axes(target, axes);
        add_scan(target, axes, scan, outcome, outcome.region_of(i), outcome.histogram_of(i));
        append(target.variables, figures_of(axes, job.phases[i], thresholds[i], outcome, i));
        if (job.grouped_phases)
            root.groups.push_back(std::move(phase));
    }
    if (axes.electrode)
        add_electrode_maps(root, *axes.electrode, outcome);
    data_group tables, process;
    tables.name = "tables";
    tables.groups.push_back(table_group(job, axes, scan, outcome));
    process.name = "process";
    process.groups.push_back(provenance_group(scan, outcome));
    root.groups.push_back(std::move(tables));
    root.groups.push_back(std::move(process));
    return root;
}

}  // namespace tomosweep
