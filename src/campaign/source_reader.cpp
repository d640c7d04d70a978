#include "tomosweep/campaign/source_reader.hpp"

#include <array>
#include <string>
#include <utility>

#include "phantom_keys.hpp"

namespace tomosweep {
namespace {

enum class source_type : std::uint8_t { raw, tiff, hdf5, vol, phantom };

constexpr integer_range natural{.low = 1, .high = 1'000'000};

template <class Owner>
std::vector<std::string_view> names_of(std::vector<std::string_view> others) {
    const Owner any;
    visit_keys(any, [&](const phantom_key& key, const auto&) { others.push_back(key.name); });
    return others;
}

std::vector<std::string_view> keys_of(source_type type) {
    switch (type) {
        case source_type::raw: return {"type", "path", "shape", "dtype", "byte_order", "offset"};
        case source_type::tiff:
        case source_type::vol: return {"type", "path"};
        case source_type::hdf5: return {"type", "path", "dataset"};
        case source_type::phantom: break;
    }
    return names_of<phantom_source>({"type", "shape", "seed", "stack", "ring_center"});
}

std::string read_path(const yaml_map& map, const std::filesystem::path& folder) {
    const auto value = map.need("path", "the path of the data, from the job file");
    const auto path = value ? value->text("a path, from the job file") : std::nullopt;
    return path ? std::filesystem::absolute(folder / *path).lexically_normal().string() : std::string();
}

std::optional<extent3> read_shape(const yaml_value& value) {
    const auto lengths = value.list("[z, y, x]: the number of slices, rows and columns", 3);
    if (!lengths)
        return std::nullopt;
    std::array<std::optional<std::int64_t>, 3> read;
    for (std::size_t i = 0; i < read.size(); ++i)
        read[i] = (*lengths)[i].integer(natural);
    return read[0] && read[1] && read[2] ? std::optional(extent3{*read[0], *read[1], *read[2]}) : std::nullopt;
}

raw_source read_raw(const yaml_map& map, const std::filesystem::path& folder) {
    raw_source raw;
    raw.path = read_path(map, folder);
    if (const auto shape = map.need("shape", "[z, y, x]: the number of slices, rows and columns"))
        raw.shape = read_shape(*shape).value_or(extent3{});
    if (const auto type = map.need("dtype", "uint8, uint16, int16 or float32"))
        raw.type = type->choice<dtype>({{name_of(dtype::uint8), dtype::uint8},
                                        {name_of(dtype::uint16), dtype::uint16},
                                        {name_of(dtype::int16), dtype::int16},
                                        {name_of(dtype::float32), dtype::float32}})
                       .value_or(raw.type);
    if (const auto order = map.find("byte_order"))
        raw.order =
            order->choice<byte_order>({{"little", byte_order::little}, {"big", byte_order::big}}).value_or(raw.order);
    map.read("offset", raw.offset, {.low = 0});
    return raw;
}

std::optional<std::array<double, 2>> read_pair(const yaml_value& value, const char* accepted) {
    const auto list = value.list(accepted, 2);
    const auto numbers = list ? value.numbers() : std::nullopt;
    return numbers ? std::optional(std::array{numbers->front(), numbers->back()}) : std::nullopt;
}

void read_interface(const yaml_map& stack, std::string_view key, phantom_interface& surface) {
    const auto value = stack.find(key);
    if (!value)
        return;
    const yaml_map map({*value}, {"height", "tilt", "bow"});
    map.read("height", surface.height, number_range{});
    map.read("bow", surface.bow, number_range{});
    if (const auto tilt = map.find("tilt"))
        if (const auto ends = read_pair(*tilt, "[along y, along x]: voxels of height per voxel")) {
            surface.tilt_y = ends->front();
            surface.tilt_x = ends->back();
        }
}

/// Numbers and counts of a phantom or of its stack.
template <class Owner>
void read_keys(const yaml_map& map, Owner& owner) {
    visit_keys(owner, [&](const phantom_key& key, auto& member) {
        if constexpr (std::is_same_v<decltype(member), double&>)
            map.read(key.name, member, key.range);
        else
            map.read(key.name, member, {.low = 0});
    });
}

phantom_stack read_stack(const yaml_value& value) {
    phantom_stack stack;
    const yaml_map map({value}, names_of<phantom_stack>({"collector", "separator"}));
    read_interface(map, "collector", stack.collector);
    read_interface(map, "separator", stack.separator);
    read_keys(map, stack);
    return stack;
}

phantom_source read_phantom(const yaml_map& map) {
    phantom_source phantom;
    if (const auto shape = map.find("shape"))
        phantom.shape = read_shape(*shape).value_or(phantom.shape);
    read_keys(map, phantom);
    if (const auto center = map.find("ring_center"))
        phantom.ring_center = read_pair(*center, "[y, x]: where rings have their centre, voxels from the corner");
    auto seed = static_cast<std::int64_t>(phantom.seed);
    map.read("seed", seed, {.low = 0});
    phantom.seed = static_cast<std::uint64_t>(seed);
    if (const auto stack = map.find("stack"))
        phantom.stack = read_stack(*stack);
    return phantom;
}

std::optional<source_type> read_type(const yaml_value& value) {
    return value.choice<source_type>({{"raw", source_type::raw},
                                      {"tiff", source_type::tiff},
                                      {"hdf5", source_type::hdf5},
                                      {"vol", source_type::vol},
                                      {"phantom", source_type::phantom}});
}

/// The layers that describe the same type of source as the first one that names a type; a default raw `shape` means
/// nothing to a scan that comes as TIFF.
std::vector<yaml_value> of_one_type(const std::vector<yaml_value>& layers) {
    std::vector<yaml_value> kept;
    std::optional<std::string> type;
    for (const yaml_value& layer : layers) {
        const YAML::Node own = layer.is_map() ? layer.node()["type"] : YAML::Node(YAML::NodeType::Undefined);
        const bool named = own.IsDefined() && own.IsScalar();
        if (type && named && own.Scalar() != *type)
            continue;
        if (named)
            type = own.Scalar();
        kept.push_back(layer);
    }
    return kept;
}

}  // namespace

std::optional<source_spec> read_source(const std::vector<yaml_value>& all_layers, const std::filesystem::path& folder) {
    constexpr auto accepted = "{type: raw | tiff | hdf5 | vol | phantom, ...}";
    const std::vector<yaml_value> layers = of_one_type(all_layers);
    for (const yaml_value& layer : layers)
        if (!layer.is_map()) {
            layer.refuse(accepted);
            return std::nullopt;
        }
    std::optional<yaml_value> named;
    for (const yaml_value& layer : layers)
        if (const YAML::Node type = layer.node()["type"]; !named && type.IsDefined())
            named.emplace(type, layer.key() + ".type", layer.problems());
    if (!named) {
        layers.front().refuse("no type", accepted);
        return std::nullopt;
    }
    const auto type = read_type(*named);
    if (!type)
        return std::nullopt;
    const yaml_map map(layers, keys_of(*type));
    switch (*type) {
        case source_type::raw: return read_raw(map, folder);
        case source_type::tiff: return tiff_source{read_path(map, folder)};
        case source_type::vol: return vol_source{read_path(map, folder)};
        case source_type::hdf5: {
            hdf5_source hdf5{read_path(map, folder), ""};
            map.read("dataset", hdf5.dataset);
            return hdf5;
        }
        case source_type::phantom: break;
    }
    return read_phantom(map);
}

}  // namespace tomosweep
