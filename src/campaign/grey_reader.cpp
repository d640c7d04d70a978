#include "tomosweep/campaign/grey_reader.hpp"

#include <fmt/format.h>

#include "tomosweep/campaign/region_reader.hpp"

namespace tomosweep {
namespace {

/// Two ascending numbers.
std::optional<grey_anchors> read_greys(const yaml_value& value, const char* accepted, const number_range& range = {}) {
    const auto pair = value.list(accepted, 2);
    const auto numbers = pair ? value.numbers(range) : std::nullopt;
    if (!numbers)
        return std::nullopt;
    if (numbers->front() >= numbers->back()) {
        value.refuse(fmt::format("[{}, {}]", numbers->front(), numbers->back()), accepted);
        return std::nullopt;
    }
    return grey_anchors{numbers->front(), numbers->back()};
}

ring_spec read_rings(const std::vector<yaml_value>& layers) {
    ring_spec rings;
    const yaml_map map(layers, {"center", "axis", "median_radius", "largest", "passes"},
                       {{"radius", "`median_radius:`, of the median along the radius"}});
    if (const auto direction = map.find("axis"))
        rings.direction = read_axis(*direction).value_or(rings.direction);
    read_center(map, rings.center);
    map.read("median_radius", rings.median_radius, {1, largest_ring_median});
    map.read("passes", rings.passes, {1, 10});
    if (const auto largest = map.find("largest"))
        rings.largest = largest->number(positive);
    return rings;
}

void read_materials(const yaml_map& map, normalise_spec& normalise) {
    constexpr std::array keys{"dark", "bright"};
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (const auto layers = map.all(keys[i]); !layers.empty())
            normalise.materials[i] = read_box(layers);
        else
            map.need(keys[i], "a box in a known material, {z: [lo, hi], y: [lo, hi], x: [lo, hi]}; or `by: histogram`");
    if (const auto box = map.find("box"))
        box->refuse("an option of `by: histogram`", "`dark:` and `bright:`, or `by: histogram`");
}

void read_histogram(const yaml_map& map, normalise_spec& normalise) {
    if (const auto layers = map.all("box"); !layers.empty())
        normalise.box = read_box(layers);
    for (const char* key : {"dark", "bright"})
        if (const auto given = map.find(key))
            given->refuse("an option of `by: materials`", "`box:` or nothing, or `by: materials`");
}

normalise_spec read_normalise(const std::vector<yaml_value>& layers) {
    normalise_spec normalise;
    const yaml_map map(layers, {"by", "dark", "bright", "box", "reference", "greys"});
    if (const auto by = map.find("by"))
        normalise.by = by->choice<anchor_method>(
                             {{"materials", anchor_method::materials}, {"histogram", anchor_method::histogram}})
                           .value_or(normalise.by);
    normalise.by == anchor_method::materials ? read_materials(map, normalise) : read_histogram(map, normalise);
    const auto reference = map.find("reference"), greys = map.find("greys");
    constexpr auto accepted = "`reference: ID` of the scan whose greys all shall have, or `greys: [dark, bright]`";
    if (reference && greys)
        greys->refuse("`reference:` and `greys:`", "one of the two");
    else if (reference)
        normalise.reference = reference->text("the id of a scan").value_or("");
    else if (greys)
        normalise.greys = read_greys(*greys, "[dark, bright]: two ascending grey levels").value_or(grey_anchors{0, 1});
    else
        map.front().refuse("no reference", accepted);
    return normalise;
}

grey_window_spec read_window(const std::vector<yaml_value>& layers) {
    grey_window_spec window;
    const yaml_map map(layers, {"range", "percentiles", "scope", "bits"});
    if (const auto bits = map.find("bits"))
        window.bits = bits->choice<int>({{"8", 8}, {"16", 16}}).value_or(window.bits);
    const auto range = map.find("range"), percentiles = map.find("percentiles"), scope = map.find("scope");
    if (range && percentiles)
        percentiles->refuse("`range:` and `percentiles:`", "one of the two");
    else if (range)
        window.range = read_greys(*range, "[low, high]: the grey levels that become the lowest and the highest")
                           .value_or(grey_anchors{0, 1});
    else if (percentiles) {
        const auto ends =
            read_greys(*percentiles, "[low, high]: two ascending percentages, such as [0.1, 99.9]", {0, 100})
                .value_or(grey_anchors{0, 100});
        window.percentiles = {ends.dark, ends.bright};
    } else
        map.front().refuse("no window", "`range: [low, high]` in grey levels, or `percentiles: [0.1, 99.9]`");
    if (scope && !percentiles)
        scope->refuse("an option of `percentiles:`", "`percentiles:`, or no `scope:`");
    else if (scope)
        window.scope = read_scope(*scope).value_or(window.scope);
    return window;
}

}  // namespace

std::optional<rule_scope> read_scope(const yaml_value& value) {
    return value.choice<rule_scope>(
        {{"scan", rule_scope::scan}, {"sample", rule_scope::sample}, {"campaign", rule_scope::campaign}});
}

grey_spec read_grey(const yaml_map& preprocess) {
    grey_spec grey;
    if (const auto rings = preprocess.all("rings"); !rings.empty())
        grey.rings = read_rings(rings);
    if (const auto normalise = preprocess.all("normalise"); !normalise.empty())
        grey.normalise = read_normalise(normalise);
    if (const auto window = preprocess.all("grey_window"); !window.empty())
        grey.window = read_window(window);
    return grey;
}

}  // namespace tomosweep
