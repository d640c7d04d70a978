#include "field_skeleton.hpp"

#include <algorithm>

#include "tomosweep/archive/group_writer.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::archive {
namespace {

constexpr index_t chunk_edge = 64;

std::string group_place(const std::string& phase) {
    return std::string("/") + schema::fields + (phase.empty() ? "" : "/" + phase);
}

std::vector<hsize_t> shape_of(const field_layout& layout, const field_group& group) {
    const extent3& extent = layout.extent;
    return {group.thresholds.size(), static_cast<hsize_t>(extent.z), static_cast<hsize_t>(extent.y),
            static_cast<hsize_t>(extent.x)};
}

property_handle field_properties(const checker& check, const extent3& extent) {
    property_handle properties = ordered_object(check, H5P_DATASET_CREATE);
    const extent3 chunk = chunk_extent(extent);
    const std::array<hsize_t, 4> edges{1, static_cast<hsize_t>(chunk.z), static_cast<hsize_t>(chunk.y),
                                       static_cast<hsize_t>(chunk.x)};
    check(H5Pset_chunk(properties.id(), 4, edges.data()), "set chunks");
    check(H5Pset_shuffle(properties.id()), "set the shuffle filter");
    check(H5Pset_deflate(properties.id(), 1), "set the deflate filter");
    check(H5Pset_fletcher32(properties.id()), "set the checksum filter");
    check(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), "leave fields unfilled");
    return properties;
}

variable coordinate(const std::string& name, std::vector<double> values, const std::string& units,
                    const std::string& long_name) {
    return {name, {name}, std::move(values), units, long_name, {}};
}

std::vector<double> centres(index_t count, double origin, double step) {
    std::vector<double> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = origin + (static_cast<double>(i) + 0.5) * step;
    return values;
}

data_group described(const field_layout& layout, const field_group& fields) {
    const extent3& extent = layout.extent;
    const double step = layout.voxel_size_um;
    data_group group;
    group.dimensions = {{"threshold", static_cast<index_t>(fields.thresholds.size())},
                        {"z", extent.z},
                        {"y", extent.y},
                        {"x", extent.x}};
    group.variables = {
        coordinate("threshold", fields.thresholds, "1", "threshold as in the figures"),
        coordinate("z", centres(extent.z, layout.origin_um[0], step), "um", "centre of the voxel along z"),
        coordinate("y", centres(extent.y, layout.origin_um[1], step), "um", "centre of the voxel along y"),
        coordinate("x", centres(extent.x, layout.origin_um[2], step), "um", "centre of the voxel along x")};
    return group;
}

std::vector<variable> field_variables(const field_group& group) {
    std::vector<variable> variables;
    for (const field_declaration& each : group.fields)
        variables.push_back(
            {each.name, {"threshold", "z", "y", "x"}, std::vector<std::uint8_t>{}, each.units, each.long_name, {}});
    return variables;
}

// Chunks that were never written have no defined content, because fields are left unfilled for speed. A row of chunks
// at a time: a layer of them may be gigabytes.
void write_zeros(const checker& check, hid_t dataset, const extent3& extent, field_type type, index_t threshold) {
    const extent3 chunk = chunk_extent(extent);
    const std::vector<std::uint8_t> zeros(static_cast<std::size_t>(chunk.z * chunk.y * extent.x * bytes_of(type)));
    const space_handle space(check(H5Dget_space(dataset), "read a shape"));
    for (index_t z = 0; z < extent.z; z += chunk.z)
        for (index_t y = 0; y < extent.y; y += chunk.y) {
            const std::array<hsize_t, 4> start{static_cast<hsize_t>(threshold), static_cast<hsize_t>(z),
                                               static_cast<hsize_t>(y), 0};
            const std::array<hsize_t, 4> count{1, static_cast<hsize_t>(std::min(chunk.z, extent.z - z)),
                                               static_cast<hsize_t>(std::min(chunk.y, extent.y - y)),
                                               static_cast<hsize_t>(extent.x)};
            check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                  "select rows of zeros");
            const space_handle memory = make_space(check, {count.begin(), count.end()});
            check(H5Dwrite(dataset, file_type(type), memory.id(), space.id(), H5P_DEFAULT, zeros.data()),
                  "write zeros");
        }
}

}  // namespace

std::string field_place(const std::string& phase, const std::string& field) {
    return group_place(phase) + "/" + field;
}

hid_t file_type(field_type type) {
    return type == field_type::uint8 ? H5T_STD_U8LE : type == field_type::uint32 ? H5T_STD_U32LE : H5T_STD_U64LE;
}

std::int64_t bytes_of(field_type type) {
    return type == field_type::uint8 ? 1 : type == field_type::uint32 ? 4 : 8;
}

extent3 chunk_extent(const extent3& extent) {
    return {std::min(chunk_edge, extent.z), std::min(chunk_edge, extent.y), std::min(chunk_edge, extent.x)};
}

void create_skeleton(const checker& check, const std::string& partial, const field_layout& layout) {
    const property_handle creation = ordered_object(check, H5P_FILE_CREATE);
    const file_handle file(
        check(H5Fcreate(partial.c_str(), H5F_ACC_TRUNC, creation.id(), file_access(check).id()), "create"));
    const property_handle ordered = ordered_object(check, H5P_GROUP_CREATE);
    const property_handle properties = field_properties(check, layout.extent);
    const auto make_group = [&](const std::string& place) {
        return group_handle(
            check(H5Gcreate2(file.id(), place.c_str(), H5P_DEFAULT, ordered.id(), H5P_DEFAULT), "create a group"));
    };
    make_group(group_place(""));
    for (const field_group& group : layout.groups) {
        if (!group.phase.empty())
            make_group(group_place(group.phase));
        const space_handle space = make_space(check, shape_of(layout, group));
        for (const field_declaration& each : group.fields)
            dataset_handle(
                check(H5Dcreate2(file.id(), field_place(group.phase, each.name).c_str(), file_type(each.type),
                                 space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                      "create a field"));
    }
    check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "flush");
}

void complete_skeleton(const checker& check, const std::string& partial, const field_layout& layout,
                       const written_fields& written, const data_group& root) {
    file_handle file(check(H5Fopen(partial.c_str(), H5F_ACC_RDWR, file_access(check).id()), "open again"));
    group_writer writer(check);
    {
        const group_handle top(check(H5Gopen2(file.id(), "/", H5P_DEFAULT), "open the root"));
        writer.write_mark(top.id());
        writer.write(top.id(), root);
    }
    for (const field_group& group : layout.groups) {
        const group_handle place(
            check(H5Gopen2(file.id(), group_place(group.phase).c_str(), H5P_DEFAULT), "open the fields"));
        writer.write(place.id(), described(layout, group), field_variables(group));
        for (const field_declaration& each : group.fields) {
            const dataset_handle dataset(check(H5Dopen2(place.id(), each.name.c_str(), H5P_DEFAULT), "open a field"));
            for (index_t t = 0; t < static_cast<index_t>(group.thresholds.size()); ++t)
                if (!written.contains({field_place(group.phase, each.name), t}))
                    write_zeros(check, dataset.id(), layout.extent, each.type, t);
        }
    }
    check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "flush");
    check(file.close() ? 0 : -1, "close");
}

}  // namespace tomosweep::archive
