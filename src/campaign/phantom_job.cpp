#include "tomosweep/campaign/phantom_job.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "phantom_keys.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

YAML::Node to_yaml(double value) {
    return YAML::Node(fmt::format("{}", value));
}

YAML::Node to_yaml(const extent3& extent) {
    YAML::Node list(YAML::NodeType::Sequence);
    for (const index_t length : {extent.z, extent.y, extent.x})
        list.push_back(length);
    list.SetStyle(YAML::EmitterStyle::Flow);
    return list;
}

YAML::Node flow_map(const char* type) {
    YAML::Node map(YAML::NodeType::Map);
    map.SetStyle(YAML::EmitterStyle::Flow);
    map["type"] = type;
    return map;
}

YAML::Node to_yaml(const raw_source& raw) {
    YAML::Node map = flow_map("raw");
    map["path"] = raw.path;
    map["shape"] = to_yaml(raw.shape);
    map["dtype"] = std::string(name_of(raw.type));
    map["byte_order"] = raw.order == byte_order::little ? "little" : "big";
    map["offset"] = raw.offset;
    return map;
}

template <class Source>
YAML::Node with_path(const char* type, const Source& source) {
    YAML::Node map = flow_map(type);
    map["path"] = source.path;
    return map;
}
YAML::Node to_yaml(const vol_source& vol) {
    return with_path("vol", vol);
}
YAML::Node to_yaml(const tiff_source& tiff) {
    return with_path("tiff", tiff);
}
YAML::Node to_yaml(const hdf5_source& hdf5) {
    YAML::Node map = with_path("hdf5", hdf5);
    if (!hdf5.dataset.empty())
        map["dataset"] = hdf5.dataset;
    return map;
}

YAML::Node to_yaml(const phantom_interface& surface) {
    YAML::Node map(YAML::NodeType::Map);
    map["height"] = to_yaml(surface.height);
    map["tilt"].push_back(to_yaml(surface.tilt_y));
    map["tilt"].push_back(to_yaml(surface.tilt_x));
    map["bow"] = to_yaml(surface.bow);
    return map;
}

YAML::Node to_yaml(index_t count) {
    return YAML::Node(count);
}

/// Numbers and counts of a phantom or of its stack.
template <class Owner>
void add_keys(YAML::Node& map, const Owner& owner) {
    visit_keys(owner, [&](const phantom_key& key, const auto& value) { map[std::string(key.name)] = to_yaml(value); });
}

YAML::Node to_yaml(const phantom_stack& stack) {
    YAML::Node map(YAML::NodeType::Map);
    map["collector"] = to_yaml(stack.collector);
    map["separator"] = to_yaml(stack.separator);
    add_keys(map, stack);
    return map;
}

YAML::Node to_yaml(const phantom_source& phantom) {
    YAML::Node map = flow_map("phantom");
    map["shape"] = to_yaml(phantom.shape);
    add_keys(map, phantom);
    if (phantom.ring_center)
        for (const double center : *phantom.ring_center)
            map["ring_center"].push_back(to_yaml(center));
    map["seed"] = phantom.seed;
    if (phantom.stack)
        map["stack"] = to_yaml(*phantom.stack);
    return map;
}

/// The new job may stand in another folder, from which the path of a mask would not count.
void make_mask_absolute(YAML::Node holder, const std::filesystem::path& folder) {
    if (!holder.IsMap() || !holder["region"].IsDefined() || !holder["region"]["mask"].IsDefined())
        return;
    YAML::Node path = holder["region"]["mask"]["path"];
    if (path.IsDefined())
        path = std::filesystem::absolute(folder / path.Scalar()).lexically_normal().string();
}

/// The same holds for tables of a cycler.
void make_tables_absolute(YAML::Node root, const std::filesystem::path& folder) {
    if (!root["electrochemistry"].IsDefined())
        return;
    for (YAML::Node table : root["electrochemistry"])
        table["path"] = std::filesystem::absolute(folder / table["path"].Scalar()).lexically_normal().string();
}

}  // namespace

std::string job_with_sources(const job_spec& job, const std::vector<source_spec>& sources) {
    require(sources.size() == job.scans.size(), "every scan has a source");
    const std::filesystem::path folder = std::filesystem::absolute(job.file).parent_path();
    YAML::Node root = YAML::Clone(YAML::Load(job.text));
    make_mask_absolute(root, folder);
    make_tables_absolute(root, folder);
    if (root["defaults"].IsDefined()) {
        make_mask_absolute(root["defaults"], folder);
        root["defaults"].remove("source");
        if (root["defaults"].size() == 0)
            root.remove("defaults");
    }
    for (std::size_t i = 0; i < sources.size(); ++i) {
        YAML::Node scan = root["scans"][i];
        make_mask_absolute(scan, folder);
        scan["source"] = std::visit([](const auto& source) { return to_yaml(source); }, sources[i]);
    }
    YAML::Emitter emitter;
    emitter.SetIndent(2);
    emitter << root;
    return std::string(emitter.c_str()) + "\n";
}

}  // namespace tomosweep
