#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "derivation.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/descriptors/electrode_formulas.hpp"
#include "tomosweep/descriptors/resolution_limit.hpp"

namespace tomosweep::derivation {
namespace {

constexpr double trusted_voxels = 4;

/// A micro scan and the nano fields of the same sample, cycle and step.
struct scale_pair {
    std::size_t micro;
    std::vector<std::size_t> nano;
};

bool same_state(const state& a, const state& b) {
    return a.sample == b.sample && a.cycle == b.cycle && (a.step == b.step || a.step.empty() || b.step.empty());
}

/// Of several micro scans of one step the last one has the state in which nano fields are cut out.
std::vector<scale_pair> pairs_of(const campaign_states& states) {
    std::vector<scale_pair> pairs;
    for (const std::vector<std::size_t>& chain : states.series)
        for (std::size_t k = 0; k < chain.size(); ++k) {
            const state& one = states.scans[chain[k]];
            const bool last = k + 1 == chain.size() || states.scans[chain[k + 1]].cycle != one.cycle ||
                              states.scans[chain[k + 1]].step != one.step;
            if (!last || one.scan == nullptr || one.scan->scale != scan_scale::micro)
                continue;
            scale_pair pair{chain[k], {}};
            for (std::size_t scan = 0; scan < states.scans.size(); ++scan)
                if (states.scans[scan].nano() && same_state(states.scans[scan], one))
                    pair.nano.push_back(scan);
            if (!pair.nano.empty())
                pairs.push_back(std::move(pair));
        }
    return pairs;
}

double limit_um(const state& one, const std::optional<units::length>& stated) {
    return stated ? *stated / units::um : trusted_voxels * one.voxel_um;
}

/// Share of the region that is phase and at least that wide, from the tables: no limit of the sweep need be as large.
double fraction_above(const figure_group& figures, const state& one, std::size_t scan, std::size_t threshold,
                      double limit) {
    const auto rows = thickness_of(figures, one, threshold);
    const auto& region = values<std::int64_t>(figures.group, "region_voxels");
    if (!rows || region.empty() || region[scan] == 0)
        return unknown;
    const double smallest =
        2 * std::sqrt(static_cast<double>(smallest_resolved_radius_sq(limit, one.voxel_um))) * one.voxel_um;
    double voxels = 0;
    for (std::size_t row = 0; row < rows->voxels.size(); ++row)
        voxels += rows->width_um[row] >= smallest ? rows->voxels[row] : 0;
    return voxels / static_cast<double>(region[scan]);
}

struct spread {
    double mean = unknown, deviation = unknown;
};

/// Mean and standard deviation (n - 1) of what is known.
spread spread_of(const std::vector<double>& all) {
    double sum = 0, squares = 0, count = 0;
    for (const double value : all)
        if (!std::isnan(value)) {
            sum += value;
            ++count;
        }
    const double mean = count > 0 ? sum / count : unknown;
    for (const double value : all)
        if (!std::isnan(value))
            squares += (value - mean) * (value - mean);
    return {mean, count > 1 ? std::sqrt(squares / (count - 1)) : unknown};
}

/// Columns of the group, by state and threshold.
struct porosity_columns {
    std::vector<double> macro, micro, micro_deviation, as_printed, weighted;
};

void add_spread_of_thresholds(data_group& group, const porosity_columns& columns, std::size_t states) {
    const std::size_t thresholds = columns.macro.size() / states;
    for (const auto& [name, share] : {std::pair("porosity_fractions_of_electrode", micro_share::of_electrode),
                                      std::pair("porosity_micro_fraction_of_islets", micro_share::of_islets)}) {
        std::vector<double> lowest(states, unknown), highest(states, unknown);
        for (std::size_t state = 0; state < states; ++state)
            for (std::size_t a = 0; a < thresholds; ++a)
                for (std::size_t b = 0; b < thresholds; ++b) {
                    const double sum = total_porosity(columns.macro[state * thresholds + a],
                                                      columns.micro[state * thresholds + b], share);
                    lowest[state] = std::fmin(lowest[state], sum);
                    highest[state] = std::fmax(highest[state], sum);
                }
        add(group, fmt::format("{}_lowest", name), {"state"}, std::move(lowest), "1",
            "lowest of all pairs of a threshold for each scale");
        add(group, fmt::format("{}_highest", name), {"state"}, std::move(highest), "1",
            "highest of all pairs of a threshold for each scale");
    }
}

}  // namespace

void add_porosity(const figure_group& figures, const campaign_states& states, const scales_spec& scales) {
    const std::vector<scale_pair> pairs = pairs_of(states);
    if (pairs.empty())
        return;
    std::vector<std::string> names;
    std::vector<double> macro_limit, micro_limit;
    std::vector<std::int64_t> fields;
    porosity_columns columns;
    for (const scale_pair& pair : pairs) {
        const state& micro = states.scans[pair.micro];
        names.push_back(
            fmt::format("{} cycle {}{}{}", micro.sample, micro.cycle, micro.step.empty() ? "" : " ", micro.step));
        macro_limit.push_back(limit_um(micro, scales.macro_limit));
        micro_limit.push_back(limit_um(states.scans[pair.nano.front()], scales.micro_limit));
        fields.push_back(static_cast<std::int64_t>(pair.nano.size()));
        for (std::size_t threshold = 0; threshold < figures.thresholds; ++threshold) {
            std::vector<double> fractions;
            for (const std::size_t scan : pair.nano)
                fractions.push_back(fraction_above(figures, states.scans[scan], scan, threshold,
                                                   limit_um(states.scans[scan], scales.micro_limit)));
            const double macro = fraction_above(figures, micro, pair.micro, threshold, macro_limit.back());
            const auto [mean, deviation] = spread_of(fractions);
            columns.macro.push_back(macro);
            columns.micro.push_back(mean);
            columns.micro_deviation.push_back(deviation);
            columns.as_printed.push_back(total_porosity(macro, mean, micro_share::of_electrode));
            columns.weighted.push_back(total_porosity(macro, mean, micro_share::of_islets));
        }
    }
    data_group group = group_over("porosity", "state", names, "sample, cycle and step");
    copy_axis(figures.group, group, schema::threshold);
    add(group, "macro_limit_um", {"state"}, macro_limit, "um", "resolution limit of the macro fraction");
    add(group, "micro_limit_um", {"state"}, micro_limit, "um", "resolution limit of the micro fraction");
    add(group, "micro_fields", {"state"}, fields, "1", "nano fields of the state");
    const std::vector<std::string> point{"state", schema::threshold};
    const std::size_t count = pairs.size();
    add_spread_of_thresholds(group, columns, count);
    add(group, "macro_fraction", point, std::move(columns.macro), "1",
        "phase fraction of the micro scan above its limit");
    add(group, "micro_fraction", point, std::move(columns.micro), "1",
        "phase fraction of the nano fields above their limit, mean");
    add(group, "micro_fraction_deviation", point, std::move(columns.micro_deviation), "1",
        "standard deviation between nano fields");
    add(group, "porosity_fractions_of_electrode", point, std::move(columns.as_printed), "1",
        "macro + micro: both are fractions of the electrode (Eq. 3)");
    add(group, "porosity_micro_fraction_of_islets", point, std::move(columns.weighted), "1",
        "macro + (1 - macro) micro: the micro fraction is one of the islets (Eq. 3)");
    figures.group.groups.push_back(std::move(group));
}

}  // namespace tomosweep::derivation
