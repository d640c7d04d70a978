#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "derivation.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/descriptors/electrode_formulas.hpp"
#include "tomosweep/descriptors/resolution_limit.hpp"

namespace tomosweep::derivation {
namespace {

constexpr double trusted_voxels = 4;

/// A nano field and where its figures stand.
struct nano_field {
    const figure_group* figures;
    state one;
    std::size_t scan;
};

/// A micro scan and the nano fields of the same sample, cycle and step.
struct scale_pair {
    std::size_t micro;
    std::vector<nano_field> nano;
};

bool same_state(const state& a, const state& b) {
    return a.sample == b.sample && a.cycle == b.cycle && (a.step == b.step || a.step.empty() || b.step.empty());
}

/// Of several micro scans of one step the last one has the state in which nano fields are cut out.
std::vector<scale_pair> pairs_of(const campaign_states& states, const std::vector<nano_field>& fields) {
    std::vector<scale_pair> pairs;
    for (const std::vector<std::size_t>& chain : states.series)
        for (std::size_t k = 0; k < chain.size(); ++k) {
            const state& one = states.scans[chain[k]];
            const bool last = k + 1 == chain.size() || states.scans[chain[k + 1]].cycle != one.cycle ||
                              states.scans[chain[k + 1]].step != one.step;
            if (!last || one.scan == nullptr || one.scan->scale != scan_scale::micro)
                continue;
            scale_pair pair{chain[k], {}};
            for (const nano_field& field : fields)
                if (same_state(field.one, one))
                    pair.nano.push_back(field);
            if (!pair.nano.empty())
                pairs.push_back(std::move(pair));
        }
    return pairs;
}

/// The nano fields of the campaign itself.
std::vector<nano_field> own_fields(const figure_group& figures, const campaign_states& states) {
    std::vector<nano_field> fields;
    for (std::size_t scan = 0; scan < states.scans.size(); ++scan)
        if (states.scans[scan].nano())
            fields.push_back({&figures, states.scans[scan], scan});
    return fields;
}

/// All scans of another campaign as nano fields.
class other_campaign {
public:
    other_campaign(const scales_spec& scales, const phase_spec& micro)
        : campaign_(read_sound_netcdf(scales.nano_archive)) {
        phase_.name = scales.nano_phase.empty() ? micro.name : scales.nano_phase;
        data_group* own = find_named(campaign_.groups, phase_.name);
        data_group& group = own != nullptr ? *own : campaign_;
        states_ = states_of(campaign_, {});
        const auto length = [&](const char* name) { return values_of<double>(group, name).size(); };
        figures_.emplace(figure_group{group, phase_, campaign_, states_.scans.size(), length(schema::threshold),
                                      length(schema::resolution_limit)});
    }

    std::vector<nano_field> fields() const {
        std::vector<nano_field> fields;
        for (std::size_t scan = 0; scan < states_.scans.size(); ++scan)
            fields.push_back({&*figures_, states_.scans[scan], scan});
        return fields;
    }

private:
    data_group campaign_;
    phase_spec phase_;
    campaign_states states_;
    std::optional<figure_group> figures_;
};

double limit_um(const state& one, const std::optional<units::length>& stated) {
    return stated ? *stated / units::um : trusted_voxels * one.voxel_um;
}

/// Share of the region that is phase and at least that wide, from the tables: no limit of the sweep need be as large.
double fraction_above(const figure_group& figures, const state& one, std::size_t scan, std::size_t threshold,
                      double limit) {
    const auto rows = thickness_of(figures, one, threshold);
    const auto& region = values_of<std::int64_t>(figures.group, "region_voxels");
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

/// The fractions of one state by threshold; nano fields of another campaign have their own thresholds.
struct porosity_state {
    std::string name;
    double macro_limit_um = 0, micro_limit_um = 0;
    std::vector<double> macro;
    std::vector<spread> micro;

    /// The micro fraction beside a macro fraction: at the same threshold, or at the middle one of another number.
    const spread& micro_at(std::size_t threshold) const {
        return micro[micro.size() == macro.size() ? threshold : (micro.size() - 1) / 2];
    }
};

porosity_state porosity_of(const figure_group& figures, const campaign_states& states, const scale_pair& pair,
                           const scales_spec& scales) {
    const state& micro = states.scans[pair.micro];
    porosity_state one;
    one.name = fmt::format("{} cycle {}{}{}", micro.sample, micro.cycle, micro.step.empty() ? "" : " ", micro.step);
    one.macro_limit_um = limit_um(micro, scales.macro_limit);
    one.micro_limit_um = limit_um(pair.nano.front().one, scales.micro_limit);
    for (std::size_t threshold = 0; threshold < figures.thresholds; ++threshold)
        one.macro.push_back(fraction_above(figures, micro, pair.micro, threshold, one.macro_limit_um));
    for (std::size_t threshold = 0; threshold < pair.nano.front().figures->thresholds; ++threshold) {
        std::vector<double> fractions;
        for (const nano_field& field : pair.nano)
            fractions.push_back(fraction_above(*field.figures, field.one, field.scan, threshold,
                                               limit_um(field.one, scales.micro_limit)));
        one.micro.push_back(spread_of(fractions));
    }
    return one;
}

/// `value(state, threshold)` of every point.
template <class Value>
void add_points(data_group& group, const std::vector<porosity_state>& all, const std::string& name,
                const char* long_name, const Value& value) {
    std::vector<double> numbers;
    for (const porosity_state& one : all)
        for (std::size_t threshold = 0; threshold < one.macro.size(); ++threshold)
            numbers.push_back(value(one, threshold));
    add(group, name, {"state", schema::threshold}, std::move(numbers), "1", long_name);
}

void add_total(data_group& group, const std::vector<porosity_state>& all, const std::string& name, micro_share share,
               const char* long_name) {
    std::vector<double> lowest, highest;
    for (const porosity_state& one : all) {
        double low = unknown, high = unknown;
        for (const double macro : one.macro)
            for (const spread& micro : one.micro) {
                low = std::fmin(low, total_porosity(macro, micro.mean, share));
                high = std::fmax(high, total_porosity(macro, micro.mean, share));
            }
        lowest.push_back(low);
        highest.push_back(high);
    }
    add_points(group, all, name, long_name, [&](const porosity_state& one, std::size_t threshold) {
        return total_porosity(one.macro[threshold], one.micro_at(threshold).mean, share);
    });
    add(group, name + "_lowest", {"state"}, std::move(lowest), "1",
        "lowest of all pairs of a threshold for each scale");
    add(group, name + "_highest", {"state"}, std::move(highest), "1",
        "highest of all pairs of a threshold for each scale");
}

data_group porosity_group(const figure_group& figures, const std::vector<porosity_state>& all,
                          std::vector<std::int64_t> fields) {
    std::vector<std::string> names;
    std::vector<double> macro_limit, micro_limit;
    for (const porosity_state& one : all) {
        names.push_back(one.name);
        macro_limit.push_back(one.macro_limit_um);
        micro_limit.push_back(one.micro_limit_um);
    }
    data_group group = group_over("porosity", "state", std::move(names), "sample, cycle and step");
    copy_axis(figures.group, group, schema::threshold);
    add(group, "macro_limit_um", {"state"}, macro_limit, "um", "resolution limit of the macro fraction");
    add(group, "micro_limit_um", {"state"}, micro_limit, "um", "resolution limit of the micro fraction");
    add(group, "micro_fields", {"state"}, std::move(fields), "1", "nano fields of the state");
    add_points(group, all, "macro_fraction", "phase fraction of the micro scan above its limit",
               [](const porosity_state& one, std::size_t threshold) { return one.macro[threshold]; });
    add_points(group, all, "micro_fraction", "phase fraction of the nano fields above their limit, mean",
               [](const porosity_state& one, std::size_t threshold) { return one.micro_at(threshold).mean; });
    add_points(group, all, "micro_fraction_deviation", "standard deviation between nano fields",
               [](const porosity_state& one, std::size_t threshold) { return one.micro_at(threshold).deviation; });
    add_total(group, all, "porosity_fractions_of_electrode", micro_share::of_electrode,
              "macro + micro: both are fractions of the electrode (Eq. 3)");
    add_total(group, all, "porosity_micro_fraction_of_islets", micro_share::of_islets,
              "macro + (1 - macro) micro: the micro fraction is one of the islets (Eq. 3)");
    return group;
}

}  // namespace

void add_porosity(const figure_group& figures, const campaign_states& states, const scales_spec& scales) {
    std::optional<other_campaign> other;
    if (!scales.nano_archive.empty())
        other.emplace(scales, figures.phase);
    std::vector<porosity_state> all;
    std::vector<std::int64_t> fields;
    for (const scale_pair& pair : pairs_of(states, other ? other->fields() : own_fields(figures, states))) {
        all.push_back(porosity_of(figures, states, pair, scales));
        fields.push_back(static_cast<std::int64_t>(pair.nano.size()));
    }
    if (!all.empty())
        figures.group.groups.push_back(porosity_group(figures, all, std::move(fields)));
}

}  // namespace tomosweep::derivation
