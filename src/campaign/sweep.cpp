#include <algorithm>

#include <fmt/format.h>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/steps_reader.hpp"
#include "tomosweep/campaign/threshold_reader.hpp"
#include "tomosweep/campaign/yaml_document.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep {
namespace {

/// Each is a phase of the class volume that local thickness is sorted into.
constexpr std::size_t max_resolution_limits = max_phases;

std::vector<misplaced_key> misplaced_in_sweep() {
    constexpr auto job = "this key stands in the job file";
    return {{"scans", "`scans:` stands in the job file; is this the job? The order is: run JOB.yaml SWEEP.yaml"},
            {"campaign", job},
            {"defaults", job},
            {"phase", job},
            {"phases", job},
            {"depth", job},
            {"region", job},
            {"preprocess", job},
            {"resolution_limit", "`resolution_limit_um:`, in micrometres"},
            {"thresholds", "`threshold: {values: [...]}`"}};
}

/// Reports what is not ascending, or stands there twice.
std::vector<double> read_limits(const yaml_value& value) {
    constexpr number_range possible{.low = 0, .high = longest_um};
    if (value.is_map())
        return read_steps(yaml_map({value}, {"from", "to", "step"}),
                          {"resolution limit", "resolution limits", max_resolution_limits, possible})
            .value_or(std::vector<double>());
    const auto limits = value.numbers(possible);
    if (!limits)
        return {};
    if (limits->size() > max_resolution_limits) {
        value.refuse(fmt::format("{} resolution limits", limits->size()),
                     fmt::format("at most {}", max_resolution_limits));
        return {};
    }
    for (std::size_t i = 1; i < limits->size(); ++i) {
        const double before = (*limits)[i - 1];
        const double here = (*limits)[i];
        if (here == before)
            value.refuse(fmt::format("{} twice", here), "every resolution limit once");
        else if (here < before)
            value.refuse(fmt::format("{} after {}", here, before), "resolution limits in ascending order, in um");
    }
    return *limits;
}

std::vector<int> read_connectivities(const yaml_value& value) {
    constexpr auto accepted = "[6], [26] or [6, 26]";
    const auto entries = value.list(accepted);
    if (!entries)
        return {};
    std::vector<int> connectivities;
    for (const yaml_value& entry : *entries) {
        const auto neighbours = entry.choice<int>({{"6", 6}, {"26", 26}});
        if (neighbours && std::count(connectivities.begin(), connectivities.end(), *neighbours) > 0)
            value.refuse(fmt::format("{} twice", *neighbours), accepted);
        else if (neighbours)
            connectivities.push_back(*neighbours);
    }
    std::sort(connectivities.begin(), connectivities.end());
    return connectivities;
}

void read_design(const yaml_value& value) {
    const auto design = value.text("factorial");
    if (design && *design != "factorial")
        value.refuse("factorial: every threshold with every resolution limit; no other design is available now");
}

void read_width(const yaml_value& value, sweep_spec& sweep) {
    if (value.is_map())
        value.refuse("true or false; the bins of the width histogram, {bin_um, bins}, are `width:` of the job");
    else
        sweep.width = value.boolean().value_or(true);
}

}  // namespace

sweep_spec parse_sweep(const std::string& text, const std::string& path) {
    problem_list problems(path);
    sweep_spec sweep;
    sweep.file = path;
    sweep.text = text;
    const yaml_value root(parse_yaml(text, path), "", problems);
    const yaml_map map({root}, {"design", "threshold", "resolution_limit_um", "connectivity", "width"},
                       misplaced_in_sweep());
    if (const auto design = map.find("design"))
        read_design(*design);
    if (const auto threshold = map.find("threshold")) {
        sweep.threshold = read_threshold(*threshold).value_or(sweep.threshold);
        sweep.threshold_line = threshold->line();
    }
    const auto limits = map.find("resolution_limit_um");
    if (limits)
        sweep.resolution_limits_um = read_limits(*limits);
    if (const auto connectivity = map.find("connectivity"))
        sweep.connectivities = read_connectivities(*connectivity);
    if (const auto width = map.find("width"))
        read_width(*width, sweep);
    if (!sweep.width && limits && !sweep.resolution_limits_um.empty() &&
        sweep.resolution_limits_um != std::vector<double>{0.0})
        limits->refuse("resolution limits above 0 with `width: false`",
                       "[0] or no such key: a resolution limit needs the widths");
    problems.throw_if_any();
    return sweep;
}

sweep_spec load_sweep(const std::string& path) {
    return parse_sweep(read_yaml_file(path), path);
}

}  // namespace tomosweep
