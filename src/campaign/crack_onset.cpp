#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "derivation.hpp"
#include "tomosweep/archive/schema.hpp"

namespace tomosweep::derivation {
namespace {

/// States of one sample, cycle and step in order.
struct step_series {
    std::string name;
    std::vector<std::size_t> scans;
};

/// With the voxel size where scans of the sample have several.
std::string name_of(const state& one, bool several_sizes) {
    return fmt::format("{} cycle {}{}{}{}", one.sample, one.cycle, one.step.empty() ? "" : " ", one.step,
                       several_sizes ? fmt::format(", {:g} um", one.voxel_um) : "");
}

std::vector<step_series> steps_of(const campaign_states& states) {
    std::vector<step_series> steps;
    for (const std::vector<std::size_t>& chain : states.series) {
        const std::string& sample = states.scans[chain.front()].sample;
        const bool several_sizes = std::ranges::count_if(states.series, [&](const std::vector<std::size_t>& other) {
                                       return states.scans[other.front()].sample == sample;
                                   }) > 1;
        const state* before = nullptr;
        for (const std::size_t scan : chain) {
            const state& now = states.scans[scan];
            if (before == nullptr || before->cycle != now.cycle || before->step != now.step)
                steps.push_back({name_of(now, several_sizes), {}});
            steps.back().scans.push_back(scan);
            before = &now;
        }
    }
    return steps;
}

/// What is told of the first cracked state.
struct onset_figure {
    const char* name;
    const char* units;
    const char* long_name;
    double (*value)(const figure_group&, const state&, std::size_t scan, std::size_t threshold, std::size_t limit);
};

constexpr onset_figure onset_figures[] = {
    {"onset_capacity_mAh_per_g", "mAh/g", "capacity of the first cracked state",
     [](const figure_group&, const state& one, std::size_t, std::size_t, std::size_t) { return one.capacity; }},
    {"onset_contraction", "1", "contraction of the first cracked state",
     [](const figure_group&, const state& one, std::size_t, std::size_t, std::size_t) {
         return (one.highest_um - one.thickness_um) / one.reference_um;
     }},
    {"onset_volume_fraction", "1", "volume fraction of the first cracked state",
     [](const figure_group& figures, const state&, std::size_t scan, std::size_t threshold, std::size_t limit) {
         return figures.at("volume_fraction", scan, threshold, limit);
     }},
    {"onset_surface_per_volume", "um^-1", "surface over phase volume of the first cracked state",
     [](const figure_group& figures, const state&, std::size_t scan, std::size_t threshold, std::size_t limit) {
         return figures.at("surface_per_volume", scan, threshold, limit);
     }},
    {"onset_mean_width_um", "um", "mean local thickness of the first cracked state",
     [](const figure_group& figures, const state&, std::size_t scan, std::size_t threshold, std::size_t limit) {
         return figures.at("mean_width_um", scan, threshold, limit);
     }}};

class onset_search {
public:
    onset_search(const figure_group& figures, const campaign_states& states, std::vector<step_series> steps,
                 double fraction)
        : figures_(figures), states_(states), steps_(std::move(steps)), fraction_(fraction) {
        for (const step_series& step : steps_)
            for (std::size_t threshold = 0; threshold < figures.thresholds; ++threshold)
                for (std::size_t limit = 0; limit < figures.limits; ++limit)
                    first_.push_back(first_cracked(step, threshold, limit));
    }

    data_group group() const {
        std::vector<std::string> names;
        for (const step_series& step : steps_)
            names.push_back(step.name);
        data_group group = group_over("onset", "series", names, "sample, cycle and step");
        group.attributes.push_back({"volume_fraction", fraction_});
        copy_axis(figures_.group, group, schema::threshold);
        copy_axis(figures_.group, group, schema::resolution_limit);
        add_first_states(group);
        add_spread(group);
        return group;
    }

private:
    /// The place in the series of the first state above the fraction, and the number of states where there is none.
    std::size_t first_cracked(const step_series& step, std::size_t threshold, std::size_t limit) const {
        for (std::size_t i = 0; i < step.scans.size(); ++i)
            if (figures_.at("volume_fraction", step.scans[i], threshold, limit) > fraction_)
                return i;
        return step.scans.size();
    }

    template <class Value>
    auto over_points(Value&& value) const {
        std::vector<decltype(value(0, 0, 0, 0))> all;
        for (std::size_t series = 0, at = 0; series < steps_.size(); ++series)
            for (std::size_t threshold = 0; threshold < figures_.thresholds; ++threshold)
                for (std::size_t limit = 0; limit < figures_.limits; ++limit, ++at)
                    all.push_back(value(series, first_[at], threshold, limit));
        return all;
    }

    void add_first_states(data_group& group) const {
        const std::vector<std::string> point{"series", schema::threshold, schema::resolution_limit};
        add(group, "onset_scan", point, over_points([&](std::size_t series, std::size_t first, auto, auto) {
                const auto& scans = steps_[series].scans;
                return first < scans.size() ? states_.scans[scans[first]].id : std::string();
            }),
            "", "first cracked state; empty where there is none");
        add(group, "onset_after_sound_state", point,
            over_points([&](std::size_t series, std::size_t first, auto, auto) -> std::int32_t {
                return first > 0 && first < steps_[series].scans.size() ? 1 : 0;
            }),
            "1", "1 where a state of the same step was not yet cracked: the onset lies between the two");
        for (const onset_figure& each : onset_figures)
            add(group, each.name, point,
                over_points([&](std::size_t series, std::size_t first, std::size_t threshold, std::size_t limit) {
                    const auto& scans = steps_[series].scans;
                    return first < scans.size()
                               ? each.value(figures_, states_.scans[scans[first]], scans[first], threshold, limit)
                               : unknown;
                }),
                each.units, each.long_name);
    }

    /// Over the thresholds of the sweep.
    void add_spread(data_group& group) const {
        const auto& capacity = values_of<double>(group, "onset_capacity_mAh_per_g");
        const auto& scans = values_of<std::string>(group, "onset_scan");
        std::vector<double> lowest, highest, share;
        for (std::size_t series = 0; series < steps_.size(); ++series)
            for (std::size_t limit = 0; limit < figures_.limits; ++limit) {
                double low = unknown, high = unknown, cracked = 0;
                for (std::size_t threshold = 0; threshold < figures_.thresholds; ++threshold) {
                    const std::size_t at = figures_.point(series, threshold, limit);
                    cracked += !scans.empty() && !scans[at].empty() ? 1 : 0;
                    low = capacity.empty() ? unknown : std::fmin(low, capacity[at]);
                    high = capacity.empty() ? unknown : std::fmax(high, capacity[at]);
                }
                lowest.push_back(low);
                highest.push_back(high);
                share.push_back(cracked / static_cast<double>(figures_.thresholds));
            }
        const std::vector<std::string> over{"series", schema::resolution_limit};
        add(group, "onset_capacity_lowest_mAh_per_g", over, std::move(lowest), "mAh/g",
            "lowest onset capacity of all thresholds");
        add(group, "onset_capacity_highest_mAh_per_g", over, std::move(highest), "mAh/g",
            "highest onset capacity of all thresholds");
        add(group, "onset_threshold_share", over, std::move(share), "1", "share of the thresholds that see an onset");
    }

    const figure_group& figures_;
    const campaign_states& states_;
    std::vector<step_series> steps_;
    double fraction_;
    std::vector<std::size_t> first_;
};

}  // namespace

void add_onset(const figure_group& figures, const campaign_states& states, double fraction) {
    std::vector<step_series> steps = steps_of(states);
    if (!steps.empty() && !figures.figure("volume_fraction").empty())
        figures.group.groups.push_back(onset_search(figures, states, std::move(steps), fraction).group());
}

}  // namespace tomosweep::derivation
