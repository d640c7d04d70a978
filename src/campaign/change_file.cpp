#include "tomosweep/campaign/change_file.hpp"

#include "tomosweep/archive/schema.hpp"
#include "tomosweep/campaign/change_reader.hpp"
#include "tomosweep/core/unknown.hpp"
#include "tomosweep/descriptors/change_figures.hpp"

namespace tomosweep {
namespace {

using numbers = std::vector<double>;
using integers = std::vector<std::int64_t>;
using texts = std::vector<std::string>;

const char* word_for(registration_kind kind) {
    return kind == registration_kind::rigid ? "rigid" : kind == registration_kind::translation ? "translation" : "none";
}

variable per_pair(const char* name, variable_values value, const char* units, const char* long_name) {
    return {name, {schema::pair}, std::move(value), units, long_name, {}};
}

/// Figures of a registration; NaN for a pair whose volumes were never compared.
void add_registration(data_group& group, const campaign_plan& plan, const state_pair& pair,
                      const change_outcome& outcome) {
    const registration& found = outcome.found;
    const bool known = found.samples > 0;
    const auto number = [&](double value) { return numbers{known ? value : unknown}; };
    const double edge = plan.scans[pair.from].frame.voxel_size_um;
    const auto place = [&](std::size_t scan) { return corner_um(plan.scans[scan].frame, plan.job.scans[scan]); };
    const rigid_transform in_um = in_other_coordinates(found.transform, edge, place(pair.from), place(pair.to));
    const extent3& volume = plan.scans[pair.from].frame.volume;
    const vector3 middle{static_cast<double>(volume.z) / 2, static_cast<double>(volume.y) / 2,
                         static_cast<double>(volume.x) / 2};
    numbers rotation, shift, middle_um, move_um, move_voxels;
    for (std::size_t i = 0; i < 3; ++i) {
        for (const double each : in_um.rotation[i])
            rotation.push_back(number(each).front());
        shift.push_back(number(in_um.shift[i]).front());
        const double from = place(pair.from)[i] + middle[i] * edge;
        const double to = place(pair.to)[i] + found.transform(middle)[i] * edge;
        middle_um.push_back(from);
        move_um.push_back(number(to - from).front());
        move_voxels.push_back(number((to - from) / edge).front());
    }
    const auto along_axis = [&](const char* name, numbers values, const char* units, const char* meaning) {
        group.variables.push_back({name, {schema::pair, "axis"}, std::move(values), units, meaning, {}});
    };
    group.variables.push_back({"rotation",
                               {schema::pair, "axis", "axis_from"},
                               std::move(rotation),
                               "1",
                               "place in the second scan = rotation x place in the first + shift_um",
                               {}});
    along_axis("shift_um", std::move(shift), "um", "see rotation; places in um from the corners of the scans");
    along_axis("middle_um", std::move(middle_um), "um", "middle of the first scan's volume");
    along_axis("displacement_um", std::move(move_um), "um",
               "how far the middle moved from the first scan to the second");
    along_axis("displacement_voxels", std::move(move_voxels), "1", "the same in voxels");
    const auto add = [&](const char* name, variable_values value, const char* units, const char* meaning) {
        group.variables.push_back(per_pair(name, std::move(value), units, meaning));
    };
    add("rotation_deg", number(angle_deg(found.transform)), "degree", "angle of the rotation");
    add("correlation_before", number(found.correlation_before), "1",
        "correlation of the grey levels where the scans' own coordinates put them");
    add("correlation", number(found.correlation), "1", "correlation of the grey levels after registration");
    add("overlap", number(found.overlap), "1", "share of the first state's region that lies in the second's");
    add("residual_grey", number(found.residual_grey), "grey level",
        "root mean square of what gain and offset leave of the first state's grey levels");
    add("registration_samples", integers{found.samples}, "1", "voxels that were compared for the registration");
    add("registration_steps", integers{found.steps}, "1", "steps at full resolution");
    add("converged", integers{found.converged ? 1 : 0}, "1", "1 where the last step was negligible");
}

void add_pair(data_group& group, const campaign_plan& plan, const state_pair& pair, const change_outcome& outcome) {
    const scan_spec &from = plan.job.scans[pair.from], &to = plan.job.scans[pair.to];
    group.dimensions = {{schema::pair, 1}, {"axis", 3}, {"axis_from", 3}};
    group.variables = {per_pair(schema::pair, texts{name_of(pair, plan.job.scans)}, "", "pair of scans"),
                       {"axis", {"axis"}, texts{"z", "y", "x"}, "", "axis of the volumes", {}},
                       {"axis_from", {"axis_from"}, texts{"z", "y", "x"}, "", "axis of the first scan", {}},
                       per_pair("from", texts{from.id}, "", "first scan, whose voxels are the common grid"),
                       per_pair("to", texts{to.id}, "", "second scan, which was brought onto them"),
                       per_pair("sample", texts{from.sample}, "", "sample of the first scan"),
                       per_pair("register", texts{word_for(pair.registration)}, "", "what the registration may change"),
                       per_pair("voxel_size_um", numbers{plan.scans[pair.from].frame.voxel_size_um}, "um",
                                "edge of a voxel of both analysed volumes"),
                       per_pair("status", std::vector<std::int32_t>{outcome.failure.empty() ? 0 : 1}, "1",
                                "0 where the pair was compared"),
                       per_pair("failure", texts{outcome.failure}, "", "why it was not")};
    add_registration(group, plan, pair, outcome);
}

void add_levels(data_group& group, const std::string& name, std::vector<double> levels, std::size_t thresholds) {
    levels.resize(thresholds, unknown);
    group.variables.push_back({name,
                               {schema::pair, schema::threshold},
                               std::move(levels),
                               "grey level",
                               "grey level used as the threshold",
                               {}});
}

void add_phase(data_group& group, const campaign_plan& plan, const state_pair& pair, const change_outcome& outcome,
               std::size_t phase) {
    const std::vector<double> thresholds = threshold_coordinate(plan.thresholds[phase]);
    const std::vector<double>& limits_um = plan.axes.resolution_limits_um;
    const std::size_t connectivities = plan.axes.connectivities.size();
    group.dimensions.push_back({schema::threshold, static_cast<index_t>(thresholds.size())});
    group.dimensions.push_back({schema::resolution_limit, static_cast<index_t>(limits_um.size())});
    group.dimensions.push_back({schema::connectivity, static_cast<index_t>(connectivities)});
    group.variables.push_back({schema::threshold,
                               {schema::threshold},
                               thresholds,
                               "grey level",
                               threshold_meaning(plan.thresholds[phase]),
                               {}});
    group.variables.push_back({schema::resolution_limit,
                               {schema::resolution_limit},
                               limits_um,
                               "um",
                               "smallest local thickness that is kept of either state",
                               {}});
    group.variables.push_back(
        {schema::connectivity,
         {schema::connectivity},
         std::vector<std::int32_t>(plan.axes.connectivities.begin(), plan.axes.connectivities.end()),
         "1",
         "neighbours of a voxel that count as connected",
         {}});
    const grey_thresholds none;
    const bool known = outcome.failure.empty();
    add_levels(group, "from_threshold_grey", (known ? outcome.from_levels[phase] : none).high, thresholds.size());
    add_levels(group, "to_threshold_grey", (known ? outcome.to_levels[phase] : none).high, thresholds.size());
    change_counts nothing;
    nothing.clusters.resize(connectivities);
    const std::vector<change_counts> counts =
        known ? outcome.counts[phase] : std::vector<change_counts>(thresholds.size() * limits_um.size(), nothing);
    const scan_frame& frame = plan.scans[pair.from].frame;
    for (variable& each : change_figures(counts, {plan.axes.depth.direction, frame.volume,
                                                  corner_um(frame, plan.job.scans[pair.from]), frame.voxel_size_um}))
        group.variables.push_back(std::move(each));
}

}  // namespace

vector3 corner_um(const scan_frame& frame, const scan_spec& scan) {
    const double edge = scan.voxel_size_um;
    return {static_cast<double>(frame.region.lo.z) * edge, static_cast<double>(frame.region.lo.y) * edge,
            static_cast<double>(frame.region.lo.x) * edge};
}

data_group make_change_file(const campaign_plan& plan, std::size_t index, const change_outcome& outcome) {
    const state_pair& pair = plan.job.changes.pairs[index];
    data_group root;
    root.attributes = {{"title", plan.job.campaign},
                       {"Conventions", std::string("CF-1.8")},
                       {schema::version_attribute, schema::version}};
    add_pair(root, plan, pair, outcome);
    for (std::size_t phase = 0; phase < plan.job.phases.size(); ++phase) {
        data_group own;
        own.name = plan.job.phases[phase].name;
        if (plan.job.grouped_phases)
            add_pair(own, plan, pair, outcome);
        add_phase(plan.job.grouped_phases ? own : root, plan, pair, outcome, phase);
        if (plan.job.grouped_phases)
            root.groups.push_back(std::move(own));
    }
    data_group process{"process", {}, {}, {}, {{name_of(pair, plan.job.scans), {}, {}, outcome.provenance, {}}}};
    root.groups.push_back(std::move(process));
    return root;
}

}  // namespace tomosweep
