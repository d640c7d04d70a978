#include "tomosweep/campaign/table_groups.hpp"

#include <utility>

#include "islet_rows.hpp"
#include "table_columns.hpp"

namespace tomosweep {
namespace {

/// Collects one integer per (threshold, resolution limit) and inner index.
template <class Inner>
std::vector<std::int64_t> gather(const phase_tables& tables, std::size_t inner_count, Inner&& inner) {
    std::vector<std::int64_t> values;
    for (const auto& limits : tables.counts)
        for (const phase_counts& counts : limits)
            for (std::size_t i = 0; i < inner_count; ++i)
                values.push_back(inner(counts, i));
    return values;
}

void add_counts(data_group& group, const phase_tables& tables, std::size_t depth_bins) {
    const std::vector<std::string> point{"threshold", "resolution_limit"};
    const auto with = [&](const char* last) {
        auto dimensions = point;
        dimensions.emplace_back(last);
        return dimensions;
    };
    group.dimensions.push_back({"direction", static_cast<index_t>(half_directions.size())});
    group.variables.push_back({"transitions",
                               with("direction"),
                               gather(tables, half_directions.size(),
                                      [](const phase_counts& counts, std::size_t d) { return counts.transitions[d]; }),
                               "1",
                               "pairs of voxels in this direction of which one is in the phase",
                               {}});
    group.variables.push_back(
        {"depth_voxels",
         with("depth"),
         gather(tables, depth_bins, [](const phase_counts& counts, std::size_t b) { return counts.depth_voxels[b]; }),
         "1",
         "phase voxels by depth",
         {}});
}

void add_directions(data_group& group) {
    const std::pair<const char*, index_t index3::*> parts[] = {
        {"direction_z", &index3::z}, {"direction_y", &index3::y}, {"direction_x", &index3::x}};
    for (const auto& [name, part] : parts) {
        std::vector<std::int64_t> steps;
        for (const index3& direction : half_directions)
            steps.push_back(direction.*part);
        group.variables.push_back({name, {"direction"}, steps, "voxel", "step to the other voxel of a pair", {}});
    }
}

/// What a joint histogram of thickness and depth is called in a group.
struct joint_names {
    std::string prefix;  ///< of dimensions and variables
    const char* bin;     ///< what its bins are
};
const joint_names by_layer{"", "depth bin, from 0"};
const joint_names by_normalised{"normalised_", "bin of normalised depth, from 0"};

/// The joint histogram as rows (thickness, depth bin, voxels); the rows of threshold t are [first_row[t], first_row[t +
/// 1]).
void add_thickness(data_group& group, const std::vector<thickness_table>& tables, const joint_names& names) {
    std::vector<std::int64_t> first_row{0}, radius_sq, bin, voxels;
    for (const thickness_table& thickness : tables) {
        for (const thickness_count& row : thickness) {
            radius_sq.push_back(row.radius_sq);
            bin.push_back(row.depth_bin);
            voxels.push_back(row.voxels);
        }
        first_row.push_back(static_cast<std::int64_t>(voxels.size()));
    }
    if (voxels.empty())
        return;
    const auto edges = names.prefix + "threshold_edge", rows = names.prefix + "thickness_row";
    group.dimensions.push_back({edges, static_cast<index_t>(first_row.size())});
    group.dimensions.push_back({rows, static_cast<index_t>(voxels.size())});
    group.variables.push_back({names.prefix + "thickness_first_row",
                               {edges},
                               std::move(first_row),
                               "1",
                               "first row of each threshold; its last row is before the next threshold's first",
                               {}});
    group.variables.push_back({names.prefix + "thickness_sq",
                               {rows},
                               std::move(radius_sq),
                               "voxel^2",
                               "squared radius of the largest covering ball; 4294967295 where nothing bounds it",
                               {}});
    group.variables.push_back({names.prefix + "thickness_depth_bin", {rows}, std::move(bin), "1", names.bin, {}});
    group.variables.push_back({names.prefix + "thickness_voxels", {rows}, std::move(voxels), "1", "phase voxels", {}});
}

/// The voxels in which a phase is looked for.
void add_region(data_group& group, const region_counts& region) {
    if (!region.depth_voxels.empty())
        group.variables.push_back(
            {"region_depth_voxels", {"depth"}, region.depth_voxels, "1", "region voxels by depth", {}});
    if (!region.normalised_voxels.empty())
        group.variables.push_back({"region_normalised_voxels",
                                   {"normalised_depth"},
                                   region.normalised_voxels,
                                   "1",
                                   "region voxels by normalised depth",
                                   {}});
}

void add_histogram(data_group& group, const grey_histogram& histogram) {
    if (histogram.counts.empty())
        return;
    group.dimensions.push_back({"grey", static_cast<index_t>(histogram.counts.size())});
    std::vector<double> levels(histogram.counts.size());
    for (std::size_t bin = 0; bin < levels.size(); ++bin)
        levels[bin] = histogram.grey(bin);
    group.variables.push_back({"grey", {"grey"}, std::move(levels), "grey level", "centre of the bin", {}});
    group.variables.push_back(
        {"grey_histogram", {"grey"}, histogram.counts, "1", "region voxels by grey level after preprocessing", {}});
}

data_group phase_group(const std::string& name, const phase_tables& tables, std::size_t depth_bins) {
    data_group group;
    group.name = name;
    group.dimensions.push_back({"threshold", static_cast<index_t>(tables.counts.size())});
    add_counts(group, tables, depth_bins);
    add_directions(group);
    add_thickness(group, tables.thickness, by_layer);
    add_thickness(group, tables.normalised_thickness, by_normalised);
    add_islet_rows(group, tables.islets);
    return group;
}

/// What the archive keeps as figures, and a checkpoint as integers.
constexpr std::size_t component_figures = 6;
constexpr std::int64_t component_counts::*component_parts[] = {&component_counts::count, &component_counts::largest,
                                                               &component_counts::spans_depth};

void add_figures(data_group& group, const phase_tables& tables) {
    const std::vector<std::string> point{"threshold", "resolution_limit"};
    const auto add = [&](const char* name, std::int64_t phase_counts::*part) {
        group.variables.push_back(
            {name,
             point,
             gather(tables, 1, [&](const phase_counts& counts, std::size_t) { return counts.*part; }),
             "1",
             name,
             {}});
    };
    add("voxels", &phase_counts::voxels);
    add("euler_6", &phase_counts::euler_6);
    add("euler_26", &phase_counts::euler_26);
    group.dimensions.push_back({"component_figure", static_cast<index_t>(component_figures)});
    group.variables.push_back({"components",
                               {"threshold", "resolution_limit", "component_figure"},
                               gather(tables, component_figures,
                                      [](const phase_counts& counts, std::size_t i) {
                                          return counts.components[i / 3].*component_parts[i % 3];
                                      }),
                               "1",
                               "number, largest, spanning components; 6- and 26-connected",
                               {}});
    if (!tables.max_distance_sq.empty())
        group.variables.push_back(
            {"max_distance_sq", {"threshold"}, tables.max_distance_sq, "voxel^2", "largest squared distance", {}});
}

std::vector<thickness_table> read_thickness(const data_group& group, std::size_t thresholds, const joint_names& names) {
    std::vector<thickness_table> tables(thresholds);
    const auto part = [&](const char* name, std::size_t count) -> const std::vector<std::int64_t>& {
        return integers(group, (names.prefix + name).c_str(), count);
    };
    if (find_named(group.variables, names.prefix + "thickness_first_row") == nullptr)
        return tables;
    const auto& first_row = part("thickness_first_row", thresholds + 1);
    const auto rows = static_cast<std::size_t>(first_row.back());
    const auto& radius_sq = part("thickness_sq", rows);
    const auto& bin = part("thickness_depth_bin", rows);
    const auto& voxels = part("thickness_voxels", rows);
    for (std::size_t t = 0; t < thresholds; ++t)
        for (auto row = static_cast<std::size_t>(first_row[t]); row < static_cast<std::size_t>(first_row[t + 1]); ++row)
            tables[t].push_back(
                {static_cast<distance_sq_t>(radius_sq.at(row)), static_cast<std::int32_t>(bin[row]), voxels[row]});
    return tables;
}

}  // namespace

data_group whole_phase_group(const std::string& name, const phase_tables& tables, std::size_t depth_bins) {
    data_group group = phase_group(name, tables, depth_bins);
    add_figures(group, tables);
    return group;
}

phase_tables read_phase_group(const data_group& group, std::size_t thresholds, std::size_t limits,
                              std::size_t depth_bins, bool widths) {
    const std::size_t points = thresholds * limits;
    const auto& transitions = integers(group, "transitions", points * half_directions.size());
    const auto& depth_voxels = integers(group, "depth_voxels", points * depth_bins);
    const auto& components = integers(group, "components", points * component_figures);
    const auto& voxels = integers(group, "voxels", points);
    const auto& euler_6 = integers(group, "euler_6", points);
    const auto& euler_26 = integers(group, "euler_26", points);
    phase_tables tables;
    tables.counts.assign(thresholds, std::vector<phase_counts>(limits));
    for (std::size_t point = 0; point < points; ++point) {
        phase_counts& counts = tables.counts[point / limits][point % limits];
        counts.voxels = voxels[point];
        counts.euler_6 = euler_6[point];
        counts.euler_26 = euler_26[point];
        for (std::size_t d = 0; d < half_directions.size(); ++d)
            counts.transitions[d] = transitions[point * half_directions.size() + d];
        for (std::size_t i = 0; i < component_figures; ++i)
            counts.components[i / 3].*component_parts[i % 3] = components[point * component_figures + i];
        const auto first = depth_voxels.begin() + static_cast<std::ptrdiff_t>(point * depth_bins);
        counts.depth_voxels.assign(first, first + static_cast<std::ptrdiff_t>(depth_bins));
    }
    tables.islets = read_islet_rows(group, thresholds, limits);
    if (widths) {
        tables.max_distance_sq = integers(group, "max_distance_sq", thresholds);
        tables.thickness = read_thickness(group, thresholds, by_layer);
        tables.normalised_thickness = read_thickness(group, thresholds, by_normalised);
    }
    return tables;
}

data_group table_group(const job_spec& job, const campaign_axes& axes, const scan_spec& scan,
                       const scan_outcome& outcome) {
    data_group group;
    group.name = scan.id;
    const auto bins = static_cast<std::size_t>(axes.depth.bins);
    group.dimensions.push_back({"resolution_limit", static_cast<index_t>(axes.resolution_limits_um.size())});
    group.dimensions.push_back({"depth", static_cast<index_t>(bins)});
    if (!outcome.region.normalised_voxels.empty())
        group.dimensions.push_back({"normalised_depth", axes.normalised_bins()});
    add_region(group, outcome.region);
    add_histogram(group, outcome.histogram);
    for (std::size_t phase = 0; phase < outcome.phases.size(); ++phase) {
        group.groups.push_back(phase_group(job.phases[phase].name, outcome.phases[phase], bins));
        if (phase >= outcome.scopes.size() || !outcome.scopes[phase])
            continue;
        add_region(group.groups.back(), outcome.scopes[phase]->region);
        add_histogram(group.groups.back(), outcome.scopes[phase]->histogram);
    }
    return group;
}

}  // namespace tomosweep
