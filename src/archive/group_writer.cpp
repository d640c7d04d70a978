#include "tomosweep/archive/group_writer.hpp"

#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ranges>
#include <set>

#include "tomosweep/archive/checksum.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/unknown.hpp"

namespace tomosweep::archive {
namespace {

constexpr hsize_t compressed_from_bytes = hsize_t{1} << 16;
constexpr hsize_t chunk_bytes = hsize_t{1} << 20;

template <class T>
hid_t number_type() {
    if constexpr (std::is_same_v<T, double>)
        return H5T_NATIVE_DOUBLE;
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return H5T_NATIVE_INT64;
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return H5T_NATIVE_INT32;
    else
        return H5T_NATIVE_UINT8;
}

hid_t type_of(const variable_values& values, const type_handle& text) {
    return std::visit(
        [&]<class T>(const std::vector<T>&) {
            if constexpr (std::is_same_v<T, std::string>)
                return text.id();
            else
                return number_type<T>();
        },
        values);
}

bool is_coordinate(const data_group& group, const variable& what) {
    return find_named(group.dimensions, what.name) != nullptr;
}

// Halving the longest axis keeps chunks useful for slices along every axis.
std::vector<hsize_t> chunk_shape(std::vector<hsize_t> shape, hsize_t value_bytes) {
    hsize_t bytes = value_bytes;
    for (const hsize_t length : shape)
        bytes *= length;
    while (bytes > chunk_bytes) {
        hsize_t& longest = *std::max_element(shape.begin(), shape.end());
        bytes = bytes / longest * ((longest + 1) / 2);
        longest = (longest + 1) / 2;
    }
    return shape;
}

void require_consistent(const data_group& group) {
    std::set<std::string> names;
    const auto fresh = [&](const std::string& name) {
        const bool usable =
            !name.empty() && name != "." && name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
        require(usable && names.insert(name).second, "the name '" + name + "' in an archive is usable and unique");
    };
    for (const dimension& each : group.dimensions) {
        const variable* coordinate = find_named(group.variables, each.name);
        require(coordinate == nullptr || coordinate->dimensions == std::vector{each.name},
                "the coordinate '" + each.name + "' has its own dimension only");
        require(each.length >= 0, "the dimension '" + each.name + "' has a length");
        if (coordinate == nullptr)
            fresh(each.name);
    }
    for (const variable& each : group.variables)
        fresh(each.name);
    for (const data_group& each : group.groups)
        fresh(each.name);
}

}  // namespace

void group_writer::write_mark(hid_t root) {
    unsigned major = 0, minor = 0, release = 0;
    check_(H5get_libversion(&major, &minor, &release), "ask for the version of HDF5");
    const auto mark = fmt::format("version=2,{},hdf5={}.{}.{}", schema::mark, major, minor, release);
    // netCDF-C reads this one attribute as fixed-length ASCII only.
    type_handle type(check_(H5Tcopy(H5T_C_S1), "copy the text type"));
    check_(H5Tset_size(type.id(), mark.size()), "size the mark");
    attribute_handle held(
        check_(H5Acreate2(root, schema::properties, type.id(), make_space(check_, {}).id(), H5P_DEFAULT, H5P_DEFAULT),
               "create the netCDF mark"));
    check_(H5Awrite(held.id(), type.id(), mark.data()), "write the netCDF mark");
}

void group_writer::write(hid_t target, const data_group& group, const std::vector<variable>& present) {
    require_consistent(group);
    scopes_.emplace_back();
    write_attributes(target, group.attributes);
    write_attributes(target, {{schema::checksum, checksum_of(group)}});
    write_dimensions(target, group);
    write_variables(target, group, present);
    const property_handle ordered = ordered_object(check_, H5P_GROUP_CREATE);
    for (const data_group& inner : group.groups) {
        const group_handle made(
            check_(H5Gcreate2(target, inner.name.c_str(), H5P_DEFAULT, ordered.id(), H5P_DEFAULT), "create a group"));
        write(made.id(), inner);
    }
    scopes_.pop_back();
}

void group_writer::write_dimensions(hid_t target, const data_group& group) {
    for (const dimension& each : group.dimensions) {
        dimension_scale scale{each.name, each.length, next_dimension_++, {}};
        const variable* coordinate = find_named(group.variables, each.name);
        if (coordinate == nullptr) {
            const std::vector<hsize_t> shape{static_cast<hsize_t>(each.length)};
            scale.dataset = dataset_handle(
                check_(H5Dcreate2(target, each.name.c_str(), H5T_IEEE_F32BE, make_space(check_, shape).id(),
                                  H5P_DEFAULT, ordered_object(check_, H5P_DATASET_CREATE).id(), H5P_DEFAULT),
                       "create a dimension"));
            std::array<char, 128> name{};
            std::snprintf(name.data(), name.size(), "%s%10lld", schema::bare_dimension,
                          static_cast<long long>(each.length));
            check_(H5DSset_scale(scale.dataset.id(), name.data()), "make a dimension scale");
            number_dimension(scale);
        }
        scopes_.back().push_back(std::move(scale));
    }
}

void group_writer::write_variables(hid_t target, const data_group& group, const std::vector<variable>& present) {
    // Every scale must exist before the first variable refers to it, and variables keep their order: hence two passes.
    std::vector<dataset_handle> made;
    for (const variable& each : group.variables) {
        made.push_back(create_dataset(target, each));
        write_values(made.back().id(), each);
        if (!is_coordinate(group, each))
            continue;
        dimension_scale& scale = find_dimension(each.name);
        scale.dataset = dataset_handle(check_(H5Dopen2(target, each.name.c_str(), H5P_DEFAULT), "open a coordinate"));
        check_(H5DSset_scale(scale.dataset.id(), each.name.c_str()), "make a dimension scale");
        number_dimension(scale);
    }
    for (std::size_t i = 0; i < group.variables.size(); ++i) {
        if (!is_coordinate(group, group.variables[i]))
            attach_dimensions(made[i].id(), group.variables[i]);
        describe(made[i].id(), group.variables[i]);
        write_attributes(made[i].id(), {{schema::checksum, checksum_of(group.variables[i])}});
    }
    for (const variable& each : present) {
        const dataset_handle dataset(check_(H5Dopen2(target, each.name.c_str(), H5P_DEFAULT), "open a field"));
        attach_dimensions(dataset.id(), each);
        describe(dataset.id(), each);
    }
}

void group_writer::number_dimension(dimension_scale& scale) {
    const attribute_handle number(check_(H5Acreate2(scale.dataset.id(), schema::dimension_number, H5T_NATIVE_INT32,
                                                    make_space(check_, {}).id(), H5P_DEFAULT, H5P_DEFAULT),
                                         "number a dimension"));
    check_(H5Awrite(number.id(), H5T_NATIVE_INT32, &scale.id), "number a dimension");
}

dataset_handle group_writer::create_dataset(hid_t target, const variable& what) {
    const std::vector<hsize_t> shape = shape_of(what);
    hsize_t count = 1;
    for (const hsize_t length : shape)
        count *= length;
    require(count == value_count(what.values),
            "the variable '" + what.name + "' has as many values as its dimensions say");
    const property_handle properties = ordered_object(check_, H5P_DATASET_CREATE);
    const type_handle text = text_type(check_);
    const hid_t type = type_of(what.values, text);
    const hsize_t value_bytes = H5Tget_size(type);
    const bool numbers = !std::holds_alternative<std::vector<std::string>>(what.values);
    if (numbers && count * value_bytes >= compressed_from_bytes) {
        const std::vector<hsize_t> chunk = chunk_shape(shape, value_bytes);
        check_(H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()), "set chunks");
        check_(H5Pset_shuffle(properties.id()), "set the shuffle filter");
        check_(H5Pset_deflate(properties.id(), 1), "set the deflate filter");
    }
    return dataset_handle(check_(H5Dcreate2(target, what.name.c_str(), type, make_space(check_, shape).id(),
                                            H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                                 "create a variable"));
}

void group_writer::write_values(hid_t dataset, const variable& what) {
    if (value_count(what.values) == 0)
        return;
    const type_handle text = text_type(check_);
    const hid_t type = type_of(what.values, text);
    std::visit(
        [&]<class T>(const std::vector<T>& values) {
            if constexpr (std::is_same_v<T, std::string>) {
                std::vector<const char*> pointers;
                for (const std::string& each : values)
                    pointers.push_back(each.c_str());
                check_(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, text_transfer(check_).id(), pointers.data()),
                       "write text");
            } else {
                check_(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "write numbers");
            }
        },
        what.values);
}

void group_writer::attach_dimensions(hid_t dataset, const variable& what) {
    if (what.dimensions.empty())
        return;
    std::vector<std::int32_t> numbers;
    for (const std::string& name : what.dimensions) {
        const dimension_scale& scale = find_dimension(name);
        check_(H5DSattach_scale(dataset, scale.dataset.id(), static_cast<unsigned>(numbers.size())),
               "attach a dimension");
        numbers.push_back(scale.id);
    }
    const attribute_handle held(check_(H5Acreate2(dataset, schema::axis_numbers, H5T_NATIVE_INT32,
                                                  make_space(check_, {numbers.size()}).id(), H5P_DEFAULT, H5P_DEFAULT),
                                       "number the axes"));
    check_(H5Awrite(held.id(), H5T_NATIVE_INT32, numbers.data()), "number the axes");
}

void group_writer::describe(hid_t dataset, const variable& what) {
    std::vector<attribute> attributes;
    if (!what.units.empty())
        attributes.push_back({schema::units, what.units});
    if (!what.long_name.empty())
        attributes.push_back({schema::long_name, what.long_name});
    // CF forbids missing values in coordinates.
    const bool coordinate = what.dimensions == std::vector{what.name};
    if (std::holds_alternative<std::vector<double>>(what.values) && !coordinate)
        attributes.push_back({schema::fill_value, unknown});
    for (const attribute& each : what.attributes)
        require(!schema::reserved(each.name), "the attribute name '" + each.name + "' is free");
    attributes.insert(attributes.end(), what.attributes.begin(), what.attributes.end());
    write_attributes(dataset, attributes);
}

void group_writer::write_attributes(hid_t object, const std::vector<attribute>& attributes) {
    const space_handle scalar = make_space(check_, {});
    const type_handle text = text_type(check_);
    const auto put = [&](const std::string& name, hid_t type, const void* value) {
        const attribute_handle held(check_(
            H5Acreate2(object, name.c_str(), type, scalar.id(), H5P_DEFAULT, H5P_DEFAULT), "create an attribute"));
        check_(H5Awrite(held.id(), type, value), "write an attribute");
    };
    for (const attribute& each : attributes)
        std::visit(
            [&]<class T>(const T& value) {
                if constexpr (std::is_same_v<T, std::string>) {
                    const char* pointer = value.c_str();
                    put(each.name, text.id(), &pointer);
                } else {
                    put(each.name, number_type<T>(), &value);
                }
            },
            each.value);
}

dimension_scale& group_writer::find_dimension(const std::string& name) {
    for (auto& scope : scopes_ | std::views::reverse)
        if (dimension_scale* found = find_named(scope, name))
            return *found;
    throw internal_error("the dimension '" + name + "' is declared in no group around its variable");
}

std::vector<hsize_t> group_writer::shape_of(const variable& what) {
    std::vector<hsize_t> shape;
    for (const std::string& name : what.dimensions)
        shape.push_back(static_cast<hsize_t>(find_dimension(name).length));
    return shape;
}

}  // namespace tomosweep::archive
