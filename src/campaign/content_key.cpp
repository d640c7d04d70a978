#include "tomosweep/campaign/content_key.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
// Compiled in: one function of a library that would otherwise have to be linked.
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <nlohmann/json.hpp>

#include "phantom_keys.hpp"

namespace tomosweep {
namespace {

using nlohmann::json;

/// Zero has one sign in a text.
double plain(double value) {
    return value == 0 ? 0.0 : value;
}
index_t plain(index_t count) {
    return count;
}

json to_json(const std::vector<double>& values) {
    json list = json::array();
    for (const double value : values)
        list.push_back(plain(value));
    return list;
}

json to_json(const index3& index) {
    return json::array({index.z, index.y, index.x});
}

json to_json(const std::vector<file_identity>& files) {
    json list = json::array();
    for (const file_identity& file : files)
        list.push_back({{"path", file.path}, {"bytes", file.bytes}, {"modified_ns", file.modified_ns}});
    return list;
}

template <class T>
json to_json(const std::optional<T>& value) {
    return value ? json(*value) : json();
}

json to_json(const raw_source& raw) {
    return {{"type", "raw"},
            {"path", raw.path},
            {"shape", to_json(raw.shape)},
            {"dtype", name_of(raw.type)},
            {"byte_order", raw.order == byte_order::little ? "little" : "big"},
            {"offset", raw.offset}};
}
json to_json(const vol_source& vol) {
    return {{"type", "vol"}, {"path", vol.path}};
}
json to_json(const tiff_source& tiff) {
    return {{"type", "tiff"}, {"path", tiff.path}};
}
json to_json(const hdf5_source& hdf5) {
    return {{"type", "hdf5"}, {"path", hdf5.path}, {"dataset", hdf5.dataset}};
}
json to_json(const phantom_interface& surface) {
    return {{"height", plain(surface.height)},
            {"tilt", {plain(surface.tilt_y), plain(surface.tilt_x)}},
            {"bow", plain(surface.bow)}};
}
/// The plain numbers and counts of a phantom or of its stack.
template <class Owner>
void add_keys(json& text, const Owner& owner) {
    visit_keys(owner, [&](const phantom_key& key, const auto& value) {
        if (key.plain)
            text[std::string(key.name)] = plain(value);
    });
}
json to_json(const phantom_stack& stack) {
    json text{{"collector", to_json(stack.collector)},
              {"separator", to_json(stack.separator)},
              {"bubbles", {stack.bubbles, plain(stack.bubble_radius), plain(stack.bubble_grey)}}};
    add_keys(text, stack);
    return text;
}
json to_json(const phantom_source& phantom) {
    json text{{"type", "phantom"}, {"shape", to_json(phantom.shape)}, {"seed", phantom.seed}};
    add_keys(text, phantom);
    if (phantom.shell_thickness > 0)
        text["shells"] = {plain(phantom.shell_thickness), plain(phantom.shell_grey)};
    if (phantom.ring_count > 0)
        text["rings"] = {phantom.ring_count, plain(phantom.ring_amplitude), plain(phantom.ring_width),
                         to_json(phantom.ring_center)};
    if (phantom.stack)
        text["stack"] = to_json(*phantom.stack);
    return text;
}
json to_json(const source_spec& source) {
    return std::visit([](const auto& each) { return to_json(each); }, source);
}

json to_json(const region_spec& region) {
    json text{{"box", {to_json(region.box.box.lo), to_json(region.box.box.hi)}}};
    if (region.cylinder)
        text["cylinder"] = {{"axis", static_cast<int>(region.cylinder->direction)},
                            {"center", {plain(region.cylinder->center[0]), plain(region.cylinder->center[1])}},
                            {"radius", region.cylinder->radius}};
    if (region.mask)
        text["mask"] = to_json(region.mask->source);
    return text;
}

json to_json(const grey_anchors& greys) {
    return json::array({plain(greys.dark), plain(greys.bright)});
}
json to_json(const box_region& region) {
    return json::array({to_json(region.box.lo), to_json(region.box.hi)});
}
json to_json(const ring_spec& rings) {
    return {{"axis", static_cast<int>(rings.direction)},
            {"center", {plain(rings.center[0]), plain(rings.center[1])}},
            {"median_radius", rings.median_radius},
            {"largest", to_json(rings.largest)},
            {"passes", rings.passes}};
}
json to_json(const normalise_spec& normalise) {
    json text{{"by", static_cast<int>(normalise.by)},
              {"materials", {to_json(normalise.materials[0]), to_json(normalise.materials[1])}},
              {"box", to_json(normalise.box)},
              {"reference", normalise.reference},
              {"greys", to_json(normalise.greys)}};
    if (normalise.line)
        text["line"] = {plain(normalise.line->gain), plain(normalise.line->offset)};
    return text;
}
json to_json(const grey_window_spec& window) {
    json text{{"bits", window.bits}, {"scope", static_cast<int>(window.scope)}};
    if (window.range)
        text["range"] = to_json(*window.range);
    if (window.percentiles)
        text["percentiles"] = *window.percentiles;
    return text;
}

/// What is not asked for leaves no trace, so that keys of older results stay.
json to_json(const preprocess_spec& preprocess, const grey_spec& grey) {
    json text{{"median_radius", preprocess.median_radius},
              {"gaussian_sigma", plain(preprocess.gaussian_sigma)},
              {"binning", preprocess.binning}};
    if (grey.rings)
        text["rings"] = to_json(*grey.rings);
    if (grey.normalise)
        text["normalise"] = to_json(*grey.normalise);
    if (grey.window)
        text["grey_window"] = to_json(*grey.window);
    return text;
}

json to_json(const scan_spec& scan) {
    return {{"id", scan.id},
            {"voxel_size_um", scan.voxel_size_um},
            {"source", to_json(scan.source)},
            {"region", to_json(scan.region)},
            {"preprocess", to_json(scan.preprocess, scan.grey)}};
}

json to_json(const std::vector<resolved_phase>& phases) {
    json list = json::array();
    for (const resolved_phase& phase : phases) {
        list.push_back({{"name", phase.name},
                        {"where", static_cast<int>(phase.where)},
                        {"rule", phase.rule},
                        {"high", to_json(phase.thresholds.high)},
                        {"low", to_json(phase.thresholds.low)},
                        {"coordinates", to_json(phase.coordinates)}});
        if (phase.region)
            list.back()["region"] = to_json(*phase.region);
        if (!phase.inside.empty())
            list.back()["inside"] = phase.inside;
    }
    return list;
}

json to_json(const electrode_axes& electrode) {
    const electrode_spec& spec = electrode.spec;
    return {{"collector_last", spec.collector_last},
            {"collector_level", to_json(spec.collector_level)},
            {"separator_level", to_json(spec.separator_level)},
            {"lateral_step_um", spec.lateral_step_um},
            {"margin_um", {plain(spec.collector_margin_um), plain(spec.separator_margin_um)}},
            {"bins", spec.bins},
            {"rows", electrode.rows},
            {"columns", electrode.columns}};
}

/// Paths may hold any bytes; those that are no UTF-8 must not stop a run.
std::string canonical(const json& text) {
    return text.dump(1, ' ', false, json::error_handler_t::replace);
}

/// Takes out of a content where its files lie and when they were changed.
void forget_place(json& content) {
    const auto forget = [&](const json::json_pointer& owner, const char* key) {
        if (content.contains(owner) && content[owner].is_object())
            content[owner].erase(key);
    };
    forget(json::json_pointer("/scan/source"), "path");
    forget(json::json_pointer("/scan/region/mask"), "path");
    for (const char* list : {"files", "mask_files"})
        for (std::size_t i = 0; content.contains(list) && i < content[list].size(); ++i)
            for (const char* key : {"path", "modified_ns"})
                forget(json::json_pointer() / list / i, key);
}

/// A recorded content without the scan's labels, which earlier versions held; no object where `text` is none.
json unlabelled(std::string_view text) {
    json content = json::parse(text, nullptr, false);
    if (content.is_object() && content.contains("scan") && content["scan"].is_object())
        for (const char* label : {"sample", "cycle", "step", "capacity_mAh_per_g", "time_h"})
            content["scan"].erase(label);
    return content;
}

}  // namespace

std::string content_text(const scan_content& content) {
    json text{{"algorithm_version", algorithm_version},
              {"scan", to_json(content.scan)},
              {"files", to_json(content.files)},
              {"mask_files", to_json(content.mask_files)},
              {"phases", to_json(content.phases)},
              {"grouped_phases", content.grouped_phases},
              {"depth",
               {{"axis", static_cast<int>(content.depth.direction)},
                {"from_separator", content.depth.from_separator},
                {"bins", content.depth.bins},
                {"extent_um", content.depth_extent_um}}},
              {"width_bins", {{"bin_um", plain(content.width_bins.bin_um)}, {"bins", content.width_bins.bins}}},
              {"width", content.width},
              {"resolution_limits_um", to_json(content.resolution_limits_um)},
              {"connectivities", std::set<int>(content.connectivities.begin(), content.connectivities.end())},
              {"fields", std::set<std::string>(content.fields.begin(), content.fields.end())}};
    // Not the same text as before islets had widths.
    if (content.islets)
        text["islets"] = content.width ? json("pieces and widths") : json(true);
    if (content.electrode)
        text["electrode"] = to_json(*content.electrode);
    return canonical(text);
}

std::string content_key(std::string_view text) {
    const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string key_of_record(const std::string& text) {
    const json content = unlabelled(text);
    return content.is_object() && content.contains("scan") ? content_key(canonical(content)) : "";
}

bool covers(std::string_view held, std::string_view wanted) {
    json more = unlabelled(held), less = unlabelled(wanted);
    const auto take_fields = [](json& text) {
        json fields = text.is_object() ? text.value("fields", json()) : json();
        if (text.is_object())
            text.erase("fields");
        return fields;
    };
    const json kept = take_fields(more), asked = take_fields(less);
    return kept.is_array() && asked.is_array() && more == less &&
           std::ranges::all_of(asked, [&](const json& field) { return std::ranges::find(kept, field) != kept.end(); });
}

bool differs_by_place(std::string_view held, std::string_view wanted) {
    json before = unlabelled(held), now = unlabelled(wanted);
    if (!before.is_object() || !now.is_object() || before == now)
        return false;
    forget_place(before);
    forget_place(now);
    return before == now;
}

std::uint64_t inputs_hash(const std::vector<file_identity>& files, const std::vector<file_identity>& mask_files) {
    const std::string text =
        json{to_json(files), to_json(mask_files)}.dump(-1, ' ', false, json::error_handler_t::replace);
    return XXH3_64bits(text.data(), text.size());
}

}  // namespace tomosweep
