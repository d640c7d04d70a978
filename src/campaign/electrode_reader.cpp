#include "tomosweep/campaign/electrode_reader.hpp"

#include <fmt/format.h>

namespace tomosweep {
namespace {

void read_level(const yaml_map& map, std::string_view key, std::optional<double>& level) {
    if (const auto value = map.find(key))
        level = value->number();
}

/// Margins may be negative: then the region reaches beyond the interface.
void read_margins(const yaml_map& map, electrode_spec& electrode) {
    const auto value = map.find("margin_um");
    const auto ends = value ? value->list("[at the collector, at the separator], in um", 2) : std::nullopt;
    if (!ends)
        return;
    constexpr number_range range{.low = -longest_um, .high = longest_um};
    electrode.collector_margin_um = (*ends)[0].number(range).value_or(0);
    electrode.separator_margin_um = (*ends)[1].number(range).value_or(0);
}

}  // namespace

electrode_spec read_electrode(const yaml_value& value) {
    electrode_spec electrode;
    const yaml_map map({value},
                       {"collector", "collector_level", "separator_level", "lateral_step_um", "margin_um", "bins"},
                       {{"threshold", "`separator_level:` and `collector_level:`, grey levels"},
                        {"margins_um", "`margin_um: [at the collector, at the separator]`"},
                        {"lateral_step", "`lateral_step_um:`, in um"}});
    if (const auto collector = map.find("collector"))
        electrode.collector_last = collector->choice<bool>({{"first", false}, {"last", true}}).value_or(false);
    read_level(map, "collector_level", electrode.collector_level);
    read_level(map, "separator_level", electrode.separator_level);
    if (electrode.collector_level && electrode.separator_level &&
        *electrode.collector_level <= *electrode.separator_level)
        value.refuse(fmt::format("collector_level {} and separator_level {}", *electrode.collector_level,
                                 *electrode.separator_level),
                     "a collector level above the separator level: the collector is the brightest layer");
    map.read("lateral_step_um", electrode.lateral_step_um, length_um);
    read_margins(map, electrode);
    map.read("bins", electrode.bins, {1, 10'000});
    return electrode;
}

}  // namespace tomosweep
