#include "tomosweep/campaign/derived.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "derivation.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/campaign/scan_labels.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using namespace derivation;

constexpr const char* process_name = "process";
/// Of the attributes of /process that are derived.
constexpr std::string_view prefix = "derived_";
constexpr const char* capacity_name = "capacity_mAh_per_g";

bool is_derived(const variable& what) {
    return find_named(what.attributes, mark) != nullptr;
}
bool is_derived(const data_group& group) {
    return find_named(group.attributes, mark) != nullptr;
}

std::size_t length_of(const data_group& group, const data_group& root, const char* name) {
    const dimension* own = find_named(group.dimensions, name);
    const dimension* found = own != nullptr ? own : find_named(root.dimensions, name);
    return found == nullptr ? 0 : static_cast<std::size_t>(found->length);
}

void fill_capacity(data_group& group, const campaign_states& states) {
    variable* capacity = find_named(group.variables, capacity_name);
    auto* values = capacity == nullptr ? nullptr : std::get_if<std::vector<double>>(&capacity->values);
    for (std::size_t i = 0; values != nullptr && i < std::min(values->size(), states.scans.size()); ++i)
        if (states.scans[i].capacity_source == "electrochemistry")
            (*values)[i] = states.scans[i].capacity;
}

void derive_figures_of(data_group& group, const phase_spec& phase, const data_group& campaign,
                       const campaign_states& states, const job_spec& job, std::vector<problem>& problems) {
    const figure_group figures{group,
                               phase,
                               campaign,
                               states.scans.size(),
                               length_of(group, campaign, schema::threshold),
                               length_of(group, campaign, schema::resolution_limit)};
    if (find_named(group.variables, "phase_voxels") == nullptr || figures.thresholds == 0 || figures.limits == 0)
        return;
    add_phase_volumes(figures, states, job);
    add_changes(figures, states);
    if (phase.role != phase_role::crack)
        return;
    add_onset(figures, states, job.study.onset_fraction);
    try {
        add_porosity(figures, states, job.study.scales);
    } catch (const error& wrong) {
        problems.push_back({job.file, 0, "scales.nano_archive", wrong.what(), "the campaign.h5 of the nano fields"});
    }
}

/// What the derived figures follow from besides the scans stands where everything does that may differ between two runs
/// with the same figures.
void note_parameters(data_group& campaign, const job_spec& job, const joined_electrochemistry& electrochemistry) {
    data_group* process = find_named(campaign.groups, process_name);
    if (process == nullptr)
        return;
    const auto note = [&](const std::string& name, const std::string& text) {
        process->attributes.push_back({fmt::format("{}{}", prefix, name), text});
    };
    note("job_file", job.file);
    note("job", job.text);
    for (std::size_t i = 0; i < electrochemistry.cells.size(); ++i) {
        const cycled_cell& cell = electrochemistry.cells[i];
        note(fmt::format("electrochemistry_{}", i), fmt::format("{}: {} ({})", cell.sample, cell.file, cell.checksum));
    }
    std::string problems;
    for (const problem& each : electrochemistry.problems)
        problems.append(problems.empty() ? "" : "\n").append(sentence(each));
    if (!problems.empty())
        note("problems", problems);
}

/// The group with the figures of a phase: its own, or the root where there is only one.
data_group* group_of(data_group& campaign, const job_spec& job, const phase_spec& phase) {
    return job.grouped_phases ? find_named(campaign.groups, phase.name) : &campaign;
}

}  // namespace

void add_derived(data_group& campaign, const job_spec& job) {
    set_labels(campaign, job);
    campaign_states states = states_of(campaign, job);
    if (states.scans.empty())
        return;
    for (const phase_spec& phase : job.phases)
        if (data_group* group = group_of(campaign, job, phase))
            derive_figures_of(*group, phase, campaign, states, job, states.electrochemistry.problems);
    std::vector<data_group*> named{&campaign};
    for (const phase_spec& phase : job.phases)
        if (data_group* group = job.grouped_phases ? group_of(campaign, job, phase) : nullptr)
            named.push_back(group);
    add_thickness_change_map(campaign, states);
    for (data_group* group : named) {
        fill_capacity(*group, states);
        add_scan_variables(*group, states, job);
        add_thickness_changes(*group, campaign, states);
    }
    if (!states.electrochemistry.cells.empty())
        campaign.groups.push_back(cycles_group(states.electrochemistry));
    note_parameters(campaign, job, states.electrochemistry);
}

data_group without_derived(data_group campaign) {
    remove_labels(campaign);
    const auto strip = [](data_group& group, const auto& self) -> void {
        std::erase_if(group.variables, [](const variable& each) { return is_derived(each); });
        std::erase_if(group.attributes, [](const attribute& each) { return each.name.starts_with(prefix); });
        std::erase_if(group.groups, [](const data_group& each) { return is_derived(each); });
        for (data_group& inner : group.groups)
            self(inner, self);
    };
    strip(campaign, strip);
    return campaign;
}

std::string derivation_problems(const data_group& campaign) {
    const data_group* process = find_named(campaign.groups, process_name);
    const attribute* problems = process == nullptr ? nullptr : find_named(process->attributes, "derived_problems");
    const auto* text = problems == nullptr ? nullptr : std::get_if<std::string>(&problems->value);
    return text == nullptr ? std::string() : *text;
}

}  // namespace tomosweep
