#include <cmath>

#include <fmt/format.h>

#include "derivation.hpp"
#include "tomosweep/archive/schema.hpp"

namespace tomosweep::derivation {
namespace {

struct change {
    const char* figure;
    const char* name;
    const char* units;
    const char* what;
};

constexpr change changes[] = {
    {"volume_fraction", "volume_fraction_change", "1", "volume fraction"},
    {"surface_area_um2", "surface_area_change_um2", "um^2", "phase surface"},
    {"surface_per_volume", "surface_per_volume_change", "um^-1", "surface over phase volume"},
    {"mean_width_um", "mean_width_change_um", "um", "mean local thickness"},
    {"median_width_um", "median_width_change_um", "um", "median local thickness"},
    {"interconnectivity", "interconnectivity_change", "1", "interconnectivity"},
    {"volume_cm3_per_g", "volume_change_cm3_per_g", "cm3/g", "phase volume per mass of silicon"}};

/// Values by scan, with NaN where a point failed: sums such as the surface are 0 there.
std::vector<double> sound_values(const figure_group& figures, const std::vector<double>& of_figure) {
    const auto& status = values_of<std::int32_t>(figures.group, "status");
    std::vector<double> sound = of_figure;
    const std::size_t points = figures.scans * figures.thresholds * figures.limits;
    if (status.size() == points && points > 0 && sound.size() % points == 0)
        for (std::size_t i = 0; i < sound.size(); ++i)
            if (status[i / (sound.size() / points)] != 0)
                sound[i] = unknown;
    return sound;
}

std::vector<double> volumes(const figure_group& figures) {
    std::vector<double> all;
    for (std::size_t scan = 0; scan < figures.scans; ++scan)
        for (std::size_t threshold = 0; threshold < figures.thresholds; ++threshold)
            for (std::size_t limit = 0; limit < figures.limits; ++limit)
                all.push_back(figures.volume_um3(scan, threshold, limit));
    return all;
}

void add_change(const figure_group& figures, const campaign_states& states, const change& what,
                const std::vector<std::string>& dimensions, const std::vector<double>& of_figure) {
    const std::size_t block = of_figure.size() / figures.scans;
    std::vector<double> differences(of_figure.size(), unknown), per_capacity(of_figure.size(), unknown);
    for (std::size_t scan = 0; scan < figures.scans; ++scan) {
        const state& now = states.scans[scan];
        if (!now.previous)
            continue;
        for (std::size_t i = 0; i < block; ++i) {
            const std::size_t at = scan * block + i;
            differences[at] = of_figure[at] - of_figure[*now.previous * block + i];
            if (now.passed > 0)
                per_capacity[at] = differences[at] / now.passed;
        }
    }
    add(figures.group, what.name, dimensions, std::move(differences), what.units,
        fmt::format("change of the {} since the previous scan", what.what));
    add(figures.group, fmt::format("{}_per_mAh_per_g", what.name), dimensions, std::move(per_capacity),
        fmt::format("{}/(mAh/g)", what.units),
        fmt::format("change of the {} since the previous scan over the charge passed", what.what));
}

}  // namespace

void add_changes(const figure_group& figures, const campaign_states& states) {
    add_change(figures, states, {"", "volume_change_um3", "um^3", "phase volume"},
               {schema::scan, schema::threshold, schema::resolution_limit}, volumes(figures));
    for (const change& each : changes) {
        const variable* figure = find_named(figures.group.variables, each.figure);
        if (figure == nullptr || figure->dimensions.empty() || figure->dimensions.front() != schema::scan)
            continue;
        const std::vector<std::string> dimensions = figure->dimensions;
        add_change(figures, states, each, dimensions, sound_values(figures, figures.figure(each.figure)));
    }
}

}  // namespace tomosweep::derivation
