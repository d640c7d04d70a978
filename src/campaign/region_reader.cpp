#include "tomosweep/campaign/region_reader.hpp"

#include <fmt/format.h>

#include "tomosweep/campaign/source_reader.hpp"

namespace tomosweep {
namespace {

constexpr integer_range position{.low = 0, .high = 1'000'000'000};
/// Lengths in voxels from the corner of a scan.
constexpr double farthest = 1e9;
constexpr number_range place{.low = -farthest, .high = farthest};
constexpr number_range radius_range{.low = 0, .high = farthest, .above = true};

void read_interval(const yaml_map& map, axis direction, std::string_view key, box3& box) {
    const auto value = map.find(key);
    const auto ends = value ? value->list("[first, last + 1]: a half-open range of voxels", 2) : std::nullopt;
    if (!ends)
        return;
    const auto lo = (*ends)[0].integer(position);
    const auto hi = (*ends)[1].integer(position);
    if (!lo || !hi)
        return;
    if (*lo >= *hi) {
        value->refuse(fmt::format("the empty range [{}, {}]", *lo, *hi), "[lo, hi] with lo < hi; hi is not included");
        return;
    }
    along(box.lo, direction) = *lo;
    along(box.hi, direction) = *hi;
}

box_region read_intervals(const yaml_map& map) {
    box_region region;
    read_interval(map, axis::z, "z", region.box);
    read_interval(map, axis::y, "y", region.box);
    read_interval(map, axis::x, "x", region.box);
    return region;
}

tomosweep::cylinder read_cylinder(const std::vector<yaml_value>& layers) {
    tomosweep::cylinder cylinder;
    const yaml_map map(layers, {"axis", "center", "radius"});
    if (const auto direction = map.find("axis"))
        cylinder.direction = read_axis(*direction).value_or(cylinder.direction);
    read_center(map, cylinder.center);
    if (const auto radius = map.need("radius", "a radius in voxels"))
        cylinder.radius = radius->number(radius_range).value_or(1);
    return cylinder;
}

std::optional<mask_region> read_mask(const std::vector<yaml_value>& layers, const std::filesystem::path& folder) {
    const auto source = read_source(layers, folder);
    if (!source)
        return std::nullopt;
    if (std::holds_alternative<phantom_source>(*source))
        layers.front().refuse("a phantom", "a mask from a file: raw, tiff, hdf5 or vol, not 0 where the scan counts");
    return mask_region{*source};
}

}  // namespace

std::optional<axis> read_axis(const yaml_value& value) {
    return value.choice<axis>({{"z", axis::z}, {"y", axis::y}, {"x", axis::x}});
}

void read_center(const yaml_map& map, double (&center)[2]) {
    constexpr auto accepted = "the two coordinates across the axis in voxels, in (z, y, x) order";
    const auto value = map.need("center", accepted);
    const auto ends = value ? value->list(accepted, 2) : std::nullopt;
    for (std::size_t i = 0; ends && i < 2; ++i)
        center[i] = (*ends)[i].number(place).value_or(0);
}

box_region read_box(const std::vector<yaml_value>& layers) {
    return read_intervals(yaml_map(layers, {"z", "y", "x"}));
}

region_spec read_region(const std::vector<yaml_value>& layers, const std::filesystem::path& folder) {
    region_spec region;
    const yaml_map map(layers, {"z", "y", "x", "cylinder", "mask"});
    region.box = read_intervals(map);
    if (const auto cylinder = map.all("cylinder"); !cylinder.empty())
        region.cylinder = read_cylinder(cylinder);
    if (const auto mask = map.all("mask"); !mask.empty())
        region.mask = read_mask(mask, folder);
    return region;
}

}  // namespace tomosweep
