#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "derivation.hpp"
#include "tomosweep/descriptors/electrode_formulas.hpp"

namespace tomosweep::derivation {
namespace {

int rank_of(const std::string& step) {
    return step == "pristine" ? 0 : step == "lithiation" ? 1 : 2;
}

const scan_spec* find_scan(const job_spec& job, const std::string& id, std::size_t& index) {
    for (index = 0; index < job.scans.size(); ++index)
        if (job.scans[index].id == id)
            return &job.scans[index];
    return nullptr;
}

template <class T>
T value_or(const std::vector<T>& values, std::size_t at, T otherwise) {
    return at < values.size() ? values[at] : otherwise;
}

/// Thickness of the electrode as measured on the scan; the root or, with several phases, the first group has it.
std::vector<double> measured_thickness(const data_group& campaign) {
    constexpr auto name = "electrode_thickness_um";
    if (!values_of<double>(campaign, name).empty())
        return values_of<double>(campaign, name);
    for (const data_group& group : campaign.groups)
        if (!values_of<double>(group, name).empty())
            return values_of<double>(group, name);
    return {};
}

void join(state& one, const joined_electrochemistry& electrochemistry, std::size_t index) {
    if (one.scan == nullptr || !electrochemistry.scans[index])
        return;
    const auto& found = *electrochemistry.scans[index];
    one.cycling = found.state;
    one.cell = found.cell;
    for (const cycle_summary& cycle : electrochemistry.cells[found.cell].cycles)
        if (cycle.cycle == found.state.cycle)
            one.summary = &cycle;
    if (std::isnan(one.capacity)) {
        one.capacity = found.state.capacity;
        one.capacity_source = "electrochemistry";
    }
}

state read_state(const data_group& campaign, const job_spec& job, std::size_t at, const std::vector<double>& thickness,
                 const joined_electrochemistry& electrochemistry) {
    state one;
    one.id = values_of<std::string>(campaign, "scan")[at];
    one.sample = value_or(values_of<std::string>(campaign, "sample"), at, std::string());
    one.step = value_or(values_of<std::string>(campaign, "step"), at, std::string());
    one.cycle = value_or(values_of<std::int64_t>(campaign, "cycle"), at, std::int64_t{-1});
    one.time_h = value_or(values_of<double>(campaign, "time_h"), at, unknown);
    one.capacity = value_or(values_of<double>(campaign, "capacity_mAh_per_g"), at, unknown);
    one.capacity_source = std::isnan(one.capacity) ? "" : "job";
    one.voxel_um = value_or(values_of<double>(campaign, "voxel_size_um"), at, unknown);
    std::size_t index = 0;
    one.scan = find_scan(job, one.id, index);
    one.thickness_um = value_or(thickness, at, unknown);
    if (std::isnan(one.thickness_um) && one.scan != nullptr && one.scan->thickness)
        one.thickness_um = *one.scan->thickness / units::um;
    join(one, electrochemistry, index);
    return one;
}

/// Scans of a sample by cycle, step and, where all of a step have one, time; otherwise as in the job.
std::vector<std::size_t> in_order(const std::vector<state>& scans, std::vector<std::size_t> chosen) {
    const auto step = [&](std::size_t i) { return std::tuple(scans[i].cycle, rank_of(scans[i].step)); };
    std::ranges::stable_sort(chosen, {}, step);
    for (auto first = chosen.begin(); first != chosen.end();) {
        const auto last = std::find_if(first, chosen.end(), [&](std::size_t i) { return step(i) != step(*first); });
        if (std::all_of(first, last, [&](std::size_t i) { return !std::isnan(scans[i].time_h); }))
            std::stable_sort(first, last, [&](auto a, auto b) { return scans[a].time_h < scans[b].time_h; });
        first = last;
    }
    return chosen;
}

/// Charge between two states: by the cycler, or from capacities of one step or of a step and its beginning.
double passed_between(const state& before, const state& now) {
    if (before.cycling && now.cycling && before.cell == now.cell)
        return now.cycling->passed - before.cycling->passed;
    if (before.cycle == now.cycle && before.step == now.step)
        return std::abs(now.capacity - before.capacity);
    const auto half = [](const state& one) {
        return rank_of(one.step) == 0 ? std::int64_t{1} : 2 * one.cycle + (one.step == "delithiation" ? 1 : 0);
    };
    return !before.step.empty() && !now.step.empty() && half(now) == half(before) + 1 ? now.capacity : unknown;
}

/// The state that a sample's changes of thickness are counted from.
std::optional<std::size_t> reference_of(const std::vector<state>& scans, const std::vector<std::size_t>& ordered,
                                        const std::string& chosen) {
    for (const std::size_t i : ordered) {
        const bool pristine = scans[i].step == "pristine" || scans[i].cycle == 0;
        if (chosen.empty() ? pristine && !std::isnan(scans[i].thickness_um) : scans[i].id == chosen)
            return i;
    }
    return std::nullopt;
}

/// By capacity; of states without any, the last one of the job.
bool ends_step(const std::vector<state>& scans, const std::vector<std::size_t>& ordered, const state& one) {
    const state* last = nullptr;
    for (const std::size_t i : ordered) {
        const state& other = scans[i];
        if (other.cycle != one.cycle || other.step != one.step)
            continue;
        if (other.capacity > one.capacity || (std::isnan(one.capacity) && !std::isnan(other.capacity)))
            return false;
        last = &other;
    }
    return !std::isnan(one.capacity) || last == &one;
}

void follow_thickness(std::vector<state>& scans, const std::vector<std::size_t>& ordered,
                      std::optional<std::size_t> reference) {
    const double reference_um = reference ? scans[*reference].thickness_um : unknown;
    double highest = unknown;
    std::int64_t cycle = -1;
    for (const std::size_t i : ordered) {
        state& one = scans[i];
        if (one.cycle != cycle)
            highest = unknown;
        cycle = one.cycle;
        if (!(one.thickness_um <= highest) && !std::isnan(one.thickness_um))
            highest = one.thickness_um;
        one.highest_um = highest;
        one.reference = reference;
        one.reference_um = reference_um;
        one.ends_step = ends_step(scans, ordered, one);
    }
}

}  // namespace

campaign_states states_of(const data_group& campaign, const job_spec& job) {
    campaign_states states;
    states.electrochemistry = join_electrochemistry(job);
    const std::vector<double> thickness = measured_thickness(campaign);
    std::map<std::string, std::vector<std::size_t>> by_sample;
    for (std::size_t i = 0; i < values_of<std::string>(campaign, "scan").size(); ++i) {
        states.scans.push_back(read_state(campaign, job, i, thickness, states.electrochemistry));
        if (!states.scans[i].sample.empty() && states.scans[i].cycle >= 0)
            by_sample[states.scans[i].sample].push_back(i);
    }
    for (const auto& [sample, scans] : by_sample) {
        const std::vector<std::size_t> ordered = in_order(states.scans, scans);
        follow_thickness(states.scans, ordered,
                         reference_of(states.scans, ordered, job.study.sample(sample).reference_scan));
        std::map<double, std::vector<std::size_t>> by_voxel;
        for (const std::size_t i : ordered)
            if (!states.scans[i].nano())
                by_voxel[states.scans[i].voxel_um].push_back(i);
        for (const auto& [voxel, chain] : by_voxel) {
            for (std::size_t k = 1; k < chain.size(); ++k) {
                state& now = states.scans[chain[k]];
                now.previous = chain[k - 1];
                now.passed = passed_between(states.scans[chain[k - 1]], now);
            }
            states.series.push_back(chain);
        }
    }
    return states;
}

namespace {

/// Adds variables along `scan`, one value per state.
class scan_variables {
public:
    scan_variables(data_group& group, const campaign_states& states) : group_(group), states_(states) {}

    template <class Value>
    void add_numbers(const char* name, const char* units, const char* long_name, const Value& value) {
        std::vector<double> numbers;
        for (const state& one : states_.scans)
            numbers.push_back(value(one));
        add(group_, name, {"scan"}, std::move(numbers), units, long_name);
    }
    template <class Value>
    void add_texts(const char* name, const char* long_name, const Value& value) {
        std::vector<std::string> texts;
        for (const state& one : states_.scans)
            texts.push_back(value(one));
        add(group_, name, {"scan"}, std::move(texts), "", long_name);
    }

private:
    data_group& group_;
    const campaign_states& states_;
};

void add_cycling(scan_variables& scans) {
    scans.add_numbers("passed_capacity_mAh_per_g", "mAh/g", "charge passed since the previous scan",
                      [](const state& one) { return one.passed; });
    scans.add_numbers("voltage_V", "V", "voltage at the time of the scan",
                      [](const state& one) { return one.cycling ? one.cycling->voltage_V : unknown; });
    scans.add_numbers("cumulated_capacity_mAh_per_g", "mAh/g", "delithiation capacity of all cycles up to the scan",
                      [](const state& one) { return one.cycling ? one.cycling->delithiated : unknown; });
    const auto of_cycle = [](const state& one, double cycle_summary::*part) {
        return one.summary != nullptr && (one.step == "lithiation" || one.step == "delithiation") ? one.summary->*part
                                                                                                  : unknown;
    };
    scans.add_numbers("coulombic_efficiency", "1", "delithiation over lithiation capacity of the scan's cycle",
                      [&](const state& one) { return of_cycle(one, &cycle_summary::coulombic_efficiency); });
    scans.add_numbers("capacity_retention", "1", "delithiation capacity of the scan's cycle over that of the first",
                      [&](const state& one) { return of_cycle(one, &cycle_summary::retention); });
    scans.add_numbers("c_rate", "1", "mean current of the scan's step over the theoretical capacity, per hour",
                      [&](const state& one) {
                          return of_cycle(one, one.step == "delithiation" ? &cycle_summary::delithiation_c_rate
                                                                          : &cycle_summary::lithiation_c_rate);
                      });
}

void add_thickness(scan_variables& scans, const job_spec& job) {
    scans.add_numbers("thickness_um", "um", "electrode thickness, measured on the scan or as the job says",
                      [](const state& one) { return one.thickness_um; });
    scans.add_numbers("thickness_change_um", "um", "electrode thickness less that of the reference state",
                      [](const state& one) { return one.thickness_um - one.reference_um; });
    scans.add_numbers("expansion", "1", "change of thickness over that of the reference state",
                      [](const state& one) { return one.expansion(); });
    scans.add_numbers("contraction", "1",
                      "thickness lost since the thickest state of the cycle, over that of the reference state",
                      [](const state& one) { return (one.highest_um - one.thickness_um) / one.reference_um; });
    const auto residual = [](const state& one) { return one.step == "delithiation" && one.ends_step; };
    scans.add_numbers("residual_expansion", "1", "expansion at the end of a delithiation",
                      [&](const state& one) { return residual(one) ? one.expansion() : unknown; });
    scans.add_numbers("residual_thickness_um", "um", "change of thickness at the end of a delithiation",
                      [&](const state& one) { return residual(one) ? one.thickness_um - one.reference_um : unknown; });
    scans.add_numbers("normalised_expansion", "1", "expansion at the theoretical capacity (Eq. 1)",
                      [&](const state& one) {
                          const bool has_capacity = one.step == "lithiation" || residual(one);
                          return has_capacity ? normalised_expansion(one.expansion(), one.capacity * units::mAh_per_g,
                                                                     job.study.sample(one.sample).theoretical_capacity)
                                              : unknown;
                      });
    scans.add_numbers(
        "theoretical_expansion", "1", "expansion that the growth of silicon would give (Eq. 2)", [&](const state& one) {
            const bool known = one.step == "lithiation" && !std::isnan(one.thickness_um);
            return known
                       ? theoretical_expansion(job.study.sample(one.sample).electrode, one.capacity * units::mAh_per_g)
                       : unknown;
        });
}

}  // namespace

void add_scan_variables(data_group& group, const campaign_states& states, const job_spec& job) {
    scan_variables scans(group, states);
    scans.add_texts("capacity_source", "job or electrochemistry", [](const state& one) { return one.capacity_source; });
    scans.add_texts("previous_scan", "state that changes are counted from",
                    [&](const state& one) { return one.previous ? states.scans[*one.previous].id : std::string(); });
    add_cycling(scans);
    add_thickness(scans, job);
}

}  // namespace tomosweep::derivation
