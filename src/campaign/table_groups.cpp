#include "tomosweep/campaign/table_groups.hpp"

#include <utility>

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

/// The joint histogram as rows (thickness, depth bin, voxels); the rows of threshold t are [first_row[t], first_row[t +
/// 1]).
void add_thickness(data_group& group, const phase_tables& tables) {
    std::vector<std::int64_t> first_row{0}, radius_sq, bin, voxels;
    for (const thickness_table& thickness : tables.thickness) {
        for (const thickness_count& row : thickness) {
            radius_sq.push_back(row.radius_sq);
            bin.push_back(row.depth_bin);
            voxels.push_back(row.voxels);
        }
        first_row.push_back(static_cast<std::int64_t>(voxels.size()));
    }
    if (voxels.empty())
        return;
    group.dimensions.push_back({"threshold_edge", static_cast<index_t>(first_row.size())});
    group.dimensions.push_back({"thickness_row", static_cast<index_t>(voxels.size())});
    group.variables.push_back({"thickness_first_row",
                               {"threshold_edge"},
                               std::move(first_row),
                               "1",
                               "first row of each threshold; its last row is before the next threshold's first",
                               {}});
    group.variables.push_back({"thickness_sq",
                               {"thickness_row"},
                               std::move(radius_sq),
                               "voxel^2",
                               "squared radius of the largest covering ball; 4294967295 where nothing bounds it",
                               {}});
    group.variables.push_back({"thickness_depth_bin", {"thickness_row"}, std::move(bin), "1", "depth bin, from 0", {}});
    group.variables.push_back({"thickness_voxels", {"thickness_row"}, std::move(voxels), "1", "phase voxels", {}});
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
    add_thickness(group, tables);
    return group;
}

}  // namespace

data_group table_group(const job_spec& job, const campaign_axes& axes, const scan_spec& scan,
                       const scan_outcome& outcome) {
    data_group group;
    group.name = scan.id;
    const auto bins = static_cast<std::size_t>(axes.depth.bins);
    group.dimensions.push_back({"resolution_limit", static_cast<index_t>(axes.resolution_limits_um.size())});
    group.dimensions.push_back({"depth", static_cast<index_t>(bins)});
    if (!outcome.region.depth_voxels.empty())
        group.variables.push_back(
            {"region_depth_voxels", {"depth"}, outcome.region.depth_voxels, "1", "region voxels by depth", {}});
    add_histogram(group, outcome.histogram);
    for (std::size_t phase = 0; phase < outcome.phases.size(); ++phase)
        group.groups.push_back(phase_group(job.phases[phase].name, outcome.phases[phase], bins));
    return group;
}

}  // namespace tomosweep
