#include "tomosweep/archive/group_reader.hpp"

#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep::archive {
namespace {

// HDF5 is written in C: exceptions must not pass through its iteration, so names are collected first.
std::vector<std::string> link_names(const checker& check, hid_t group) {
    std::vector<std::string> names;
    const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
        static_cast<std::vector<std::string>*>(target)->emplace_back(name);
        return 0;
    };
    check(H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, collect, &names), "list a group in order");
    return names;
}

std::vector<std::string> attribute_names(const checker& check, hid_t object) {
    std::vector<std::string> names;
    const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* target) -> herr_t {
        static_cast<std::vector<std::string>*>(target)->emplace_back(name);
        return 0;
    };
    check(H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, collect, &names), "list attributes in order");
    return names;
}

std::string scale_name(const checker& check, hid_t dataset) {
    std::array<char, 256> name{};
    check(H5DSget_scale_name(dataset, name.data(), name.size()), "read the name of a dimension");
    return name.data();
}

std::size_t value_count_of(const checker& check, hid_t space) {
    return static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space), "count values"));
}

}  // namespace

bool group_reader::marked(hid_t root) const {
    if (check_(H5Aexists(root, schema::properties), "look for the netCDF mark") == 0)
        return false;
    const attribute_handle held(check_(H5Aopen(root, schema::properties, H5P_DEFAULT), "open the netCDF mark"));
    const type_handle type(check_(H5Aget_type(held.id()), "read the netCDF mark"));
    if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) > 0)
        return false;
    std::string text(H5Tget_size(type.id()), '\0');
    check_(H5Aread(held.id(), type.id(), text.data()), "read the netCDF mark");
    return text.find(schema::mark) != std::string::npos;
}

data_group group_reader::read(hid_t source, const std::string& name, const std::string& skipped) {
    data_group group;
    group.name = name;
    const std::string outside = place_;
    place_ += name.empty() ? "" : "/" + name;
    group.attributes = read_attributes(source);
    std::vector<named_dataset> datasets;
    std::vector<std::string> inner;
    for (const std::string& link : link_names(check_, source)) {
        if (!skipped.empty() && link == skipped)
            continue;
        H5O_info_t info;
        check_(H5Oget_info_by_name(source, link.c_str(), &info, H5P_DEFAULT), "look at a link");
        if (info.type == H5O_TYPE_GROUP)
            inner.push_back(link);
        else if (info.type == H5O_TYPE_DATASET)
            datasets.push_back(
                {link, dataset_handle(check_(H5Dopen2(source, link.c_str(), H5P_DEFAULT), "open a variable"))});
        else
            refuse(link, "an object that is neither a group nor a variable");
    }
    // Variables may stand before the coordinates of their dimensions, hence two passes.
    group.dimensions = read_dimensions(datasets);
    for (const named_dataset& each : datasets) {
        const bool coordinate = find_named(group.dimensions, each.name) != nullptr;
        const bool bare = coordinate && scale_name(check_, each.dataset.id()).starts_with(schema::bare_dimension);
        if (!bare && (coordinate || !coordinates_only_))
            group.variables.push_back(read_variable(each, coordinate));
    }
    for (const std::string& link : inner) {
        const group_handle opened(check_(H5Gopen2(source, link.c_str(), H5P_DEFAULT), "open a group"));
        group.groups.push_back(read(opened.id(), link));
    }
    compare(source, place_.empty() ? "/" : place_, group);
    place_ = outside;
    return group;
}

data_group group_reader::read_coordinates(hid_t source, const std::string& place) {
    place_ = place;
    coordinates_only_ = true;
    data_group group = read(source, "");
    coordinates_only_ = false;
    place_.clear();
    return group;
}

template <class Content>
void group_reader::compare(hid_t object, const std::string& place, const Content& content) {
    if (check_(H5Aexists(object, schema::checksum), "look for a checksum") == 0) {
        checksums_.without.push_back(place);
        return;
    }
    ++checksums_.checked;
    const attribute_handle held(check_(H5Aopen(object, schema::checksum, H5P_DEFAULT), "open a checksum"));
    if (read_attribute(held.id(), schema::checksum) != attribute_value(checksum_of(content)))
        checksums_.mismatches.push_back(place);
}

std::vector<dimension> group_reader::read_dimensions(const std::vector<named_dataset>& datasets) {
    std::map<std::int32_t, dimension> by_number;
    for (const named_dataset& each : datasets) {
        if (check_(H5DSis_scale(each.dataset.id()), "look at a dimension scale") == 0)
            continue;
        const std::vector<std::int32_t> numbers = read_numbers(each.dataset.id(), schema::dimension_number);
        if (numbers.empty())
            refuse(each.name, "a dimension without number");
        const space_handle space(check_(H5Dget_space(each.dataset.id()), "read the length of a dimension"));
        by_number[numbers.front()] = {each.name, static_cast<index_t>(value_count_of(check_, space.id()))};
        dimension_names_[numbers.front()] = each.name;
    }
    std::vector<dimension> dimensions;
    for (auto& [number, found] : by_number)
        dimensions.push_back(std::move(found));
    return dimensions;
}

variable group_reader::read_variable(const named_dataset& source, bool coordinate) {
    const auto& [name, held] = source;
    const hid_t dataset = held.id();
    variable result;
    result.name = name;
    if (coordinate)
        result.dimensions = {name};
    else
        for (const std::int32_t number : read_numbers(dataset, schema::axis_numbers)) {
            const auto known = dimension_names_.find(number);
            if (known == dimension_names_.end())
                refuse(name, "an axis with the unknown dimension number " + std::to_string(number));
            result.dimensions.push_back(known->second);
        }
    result.values = read_values(dataset, name);
    for (attribute& each : read_attributes(dataset))
        if (each.name == schema::units)
            result.units = std::get<std::string>(each.value);
        else if (each.name == schema::long_name)
            result.long_name = std::get<std::string>(each.value);
        else
            result.attributes.push_back(std::move(each));
    compare(dataset, fmt::format("{}/{}", place_, name), result);
    return result;
}

variable_values group_reader::read_values(hid_t dataset, const std::string& name) const {
    const space_handle space(check_(H5Dget_space(dataset), "read a shape"));
    const type_handle type(check_(H5Dget_type(dataset), "read a type"));
    const std::size_t count = value_count_of(check_, space.id());
    const auto numbers = [&]<class T>(T, hid_t memory_type) {
        std::vector<T> values(count);
        if (count > 0)
            check_(H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read numbers");
        return values;
    };
    if (H5Tis_variable_str(type.id()) > 0)
        return read_text(dataset, space.id(), count);
    const auto is = [&](hid_t candidate) { return H5Tequal(type.id(), candidate) > 0; };
    if (is(H5T_NATIVE_DOUBLE))
        return numbers(double{}, H5T_NATIVE_DOUBLE);
    if (is(H5T_NATIVE_INT64))
        return numbers(std::int64_t{}, H5T_NATIVE_INT64);
    if (is(H5T_NATIVE_INT32))
        return numbers(std::int32_t{}, H5T_NATIVE_INT32);
    if (is(H5T_NATIVE_UINT8))
        return numbers(std::uint8_t{}, H5T_NATIVE_UINT8);
    refuse(name, "a number type that tomosweep does not write");
}

std::vector<std::string> group_reader::read_text(hid_t dataset, hid_t space, std::size_t count) const {
    std::vector<std::string> values(count);
    if (count == 0)
        return values;
    std::vector<char*> pointers(count);
    const type_handle text = text_type(check_);
    check_(H5Dread(dataset, text.id(), H5S_ALL, H5S_ALL, text_transfer(check_).id(), pointers.data()), "read text");
    for (std::size_t i = 0; i < count; ++i)
        if (pointers[i] != nullptr)
            values[i] = pointers[i];
    check_(H5Dvlen_reclaim(text.id(), space, H5P_DEFAULT, pointers.data()), "release text");
    return values;
}

std::vector<attribute> group_reader::read_attributes(hid_t object) const {
    std::vector<attribute> attributes;
    for (const std::string& name : attribute_names(check_, object)) {
        const bool of_variable = name == schema::units || name == schema::long_name;
        if (schema::reserved(name) && !of_variable)
            continue;
        const attribute_handle held(check_(H5Aopen(object, name.c_str(), H5P_DEFAULT), "open an attribute"));
        attributes.push_back({name, read_attribute(held.id(), name)});
    }
    return attributes;
}

attribute_value group_reader::read_attribute(hid_t held, const std::string& name) const {
    const type_handle type(check_(H5Aget_type(held), "read the type of an attribute"));
    const space_handle space(check_(H5Aget_space(held), "read the shape of an attribute"));
    if (H5Sget_simple_extent_type(space.id()) != H5S_SCALAR)
        refuse(name, "an attribute with several values");
    if (H5Tis_variable_str(type.id()) > 0) {
        char* pointer = nullptr;
        const type_handle text = text_type(check_);
        check_(H5Aread(held, text.id(), &pointer), "read an attribute");
        std::string value = pointer == nullptr ? "" : pointer;
        check_(H5Dvlen_reclaim(text.id(), space.id(), H5P_DEFAULT, &pointer), "release an attribute");
        return value;
    }
    if (H5Tequal(type.id(), H5T_NATIVE_DOUBLE) > 0) {
        double value = 0;
        check_(H5Aread(held, H5T_NATIVE_DOUBLE, &value), "read an attribute");
        return value;
    }
    if (H5Tequal(type.id(), H5T_NATIVE_INT64) <= 0)
        refuse(name, "an attribute of a type that tomosweep does not write");
    std::int64_t value = 0;
    check_(H5Aread(held, H5T_NATIVE_INT64, &value), "read an attribute");
    return value;
}

std::vector<std::int32_t> group_reader::read_numbers(hid_t object, const char* name) const {
    if (check_(H5Aexists(object, name), "look for an attribute") == 0)
        return {};
    const attribute_handle held(check_(H5Aopen(object, name, H5P_DEFAULT), "open an attribute"));
    const space_handle space(check_(H5Aget_space(held.id()), "read the shape of an attribute"));
    std::vector<std::int32_t> values(value_count_of(check_, space.id()));
    check_(H5Aread(held.id(), H5T_NATIVE_INT32, values.data()), "read an attribute");
    return values;
}

void group_reader::refuse(const std::string& where, const std::string& found) const {
    throw input_error(check_.file(), where, found, "an archive as tomosweep writes it");
}

}  // namespace tomosweep::archive
