#include "derivation.hpp"

#include <algorithm>
#include <cmath>

#include "tomosweep/archive/schema.hpp"

namespace tomosweep::derivation {
namespace {

constexpr const char* meaning = "follows from several scans, the job or its electrochemistry";

}  // namespace

void add(data_group& group, const std::string& name, const std::vector<std::string>& dimensions, variable_values values,
         const std::string& units, const std::string& long_name) {
    bool known = false;
    std::visit(
        [&]<class T>(std::vector<T>& held) {
            for (T& value : held)
                if constexpr (std::is_same_v<T, double>) {
                    known = known || !std::isnan(value);
                    value = std::isnan(value) ? unknown : value;
                } else {
                    known = known || value != T();
                }
        },
        values);
    if (known && find_named(group.variables, name) == nullptr)
        group.variables.push_back(
            {name, dimensions, std::move(values), units, long_name, {{mark, std::string(meaning)}}});
}

data_group group_over(const std::string& name, const std::string& dimension, std::vector<std::string> coordinate,
                      const std::string& long_name) {
    data_group group;
    group.name = name;
    group.attributes.push_back({mark, std::string(meaning)});
    group.dimensions.push_back({dimension, static_cast<index_t>(coordinate.size())});
    group.variables.push_back({dimension, {dimension}, std::move(coordinate), "", long_name, {}});
    return group;
}

void copy_axis(const data_group& from, data_group& to, const std::string& name) {
    const dimension* length = find_named(from.dimensions, name);
    const variable* coordinate = find_named(from.variables, name);
    if (length != nullptr)
        to.dimensions.push_back(*length);
    if (length != nullptr && coordinate != nullptr)
        to.variables.push_back(*coordinate);
}

double figure_group::volume_um3(std::size_t scan, std::size_t threshold, std::size_t limit) const {
    const auto& voxels = values_of<std::int64_t>(group, "phase_voxels");
    const auto& status = values_of<std::int32_t>(group, "status");
    const std::size_t at = point(scan, threshold, limit);
    if (voxels.empty() || (!status.empty() && status[at] != 0))
        return unknown;
    return static_cast<double>(voxels[at]) * std::pow(values_of<double>(group, "voxel_size_um")[scan], 3);
}

double figure_group::region_um3(std::size_t scan) const {
    const auto& voxels = values_of<std::int64_t>(group, "region_voxels");
    return voxels.empty() || voxels[scan] == 0
               ? unknown
               : static_cast<double>(voxels[scan]) * std::pow(values_of<double>(group, "voxel_size_um")[scan], 3);
}

std::optional<thickness_rows> thickness_of(const figure_group& figures, const state& scan, std::size_t threshold) {
    const data_group* tables = find_named(figures.campaign.groups, "tables");
    const data_group* of_scan = tables == nullptr ? nullptr : find_named(tables->groups, scan.id);
    const data_group* of_phase = of_scan == nullptr ? nullptr : find_named(of_scan->groups, figures.phase.name);
    if (of_phase == nullptr)
        return std::nullopt;
    const auto& first_row = values_of<std::int64_t>(*of_phase, "thickness_first_row");
    const auto& radius_sq = values_of<std::int64_t>(*of_phase, "thickness_sq");
    const auto& voxels = values_of<std::int64_t>(*of_phase, "thickness_voxels");
    if (first_row.size() <= threshold + 1 || radius_sq.size() != voxels.size())
        return std::nullopt;
    thickness_rows rows;
    const auto last = std::min<std::size_t>(static_cast<std::size_t>(first_row[threshold + 1]), voxels.size());
    for (auto row = static_cast<std::size_t>(first_row[threshold]); row < last; ++row) {
        const bool endless = radius_sq[row] == unbounded_sq;
        rows.width_um.push_back(endless ? std::numeric_limits<double>::infinity()
                                        : 2 * std::sqrt(static_cast<double>(radius_sq[row])) * scan.voxel_um);
        rows.voxels.push_back(static_cast<double>(voxels[row]));
    }
    return rows;
}

}  // namespace tomosweep::derivation
