#include "tomosweep/archive/field_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tomosweep/archive/group_reader.hpp"
#include "tomosweep/archive/handle.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using namespace archive;

/// The volumes of one file, and the groups that hold them.
class field_file_view {
public:
    explicit field_file_view(const std::string& path)
        : check_(path), file_(check_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, file_access(check_).id()), "open")) {
        if (check_(H5Lexists(file_.id(), schema::fields, H5P_DEFAULT), "look for fields") > 0)
            list(std::string("/") + schema::fields);
    }

    const std::vector<std::string>& groups() const { return groups_; }
    const std::vector<std::string>& fields() const { return fields_; }
    const checker& check() const { return check_; }

    group_handle group(const std::string& place) const {
        return group_handle(check_(H5Gopen2(file_.id(), place.c_str(), H5P_DEFAULT), "open a group of fields"));
    }
    dataset_handle field(const std::string& place) const {
        return dataset_handle(check_(H5Dopen2(file_.id(), place.c_str(), H5P_DEFAULT), "open a field"));
    }
    std::vector<hsize_t> shape_of(const dataset_handle& dataset) const {
        const space_handle space(check_(H5Dget_space(dataset.id()), "read a shape"));
        std::vector<hsize_t> shape(
            static_cast<std::size_t>(check_(H5Sget_simple_extent_ndims(space.id()), "read a shape")));
        check_(H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr), "read a shape");
        return shape;
    }

private:
    /// Groups that hold datasets, and those datasets that are no coordinates.
    void list(const std::string& place) {
        const group_handle held = group(place);
        H5G_info_t info;
        check_(H5Gget_info(held.id(), &info), "list fields");
        bool holds_datasets = false;
        for (hsize_t i = 0; i < info.nlinks; ++i) {
            const auto length =
                check_(H5Lget_name_by_idx(held.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT),
                       "name a field");
            std::string name(static_cast<std::size_t>(length), '\0');
            check_(H5Lget_name_by_idx(held.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1,
                                      H5P_DEFAULT),
                   "name a field");
            const std::string inner = fmt::format("{}/{}", place, name);
            H5O_info_t object;
            check_(H5Oget_info_by_name(held.id(), name.c_str(), &object, H5P_DEFAULT), "look at a field");
            if (object.type == H5O_TYPE_GROUP)
                list(inner);
            else if (shape_of(field(inner)).size() == 4)
                fields_.push_back(inner);
            holds_datasets = holds_datasets || object.type == H5O_TYPE_DATASET;
        }
        if (holds_datasets)
            groups_.push_back(place);
    }

    checker check_;
    file_handle file_;
    std::vector<std::string> groups_, fields_;
};

/// Reads a field slab by slab, each as thick as its chunks.
class slab_reader {
public:
    slab_reader(const field_file_view& file, const std::string& place)
        : check_(file.check()), dataset_(file.field(place)), shape_(file.shape_of(dataset_)), layers_(shape_[1]) {
        const property_handle layout(check_(H5Dget_create_plist(dataset_.id()), "read a layout"));
        std::vector<hsize_t> chunk(shape_.size());
        if (H5Pget_layout(layout.id()) == H5D_CHUNKED) {
            check_(H5Pget_chunk(layout.id(), static_cast<int>(chunk.size()), chunk.data()), "read a layout");
            layers_ = std::max<hsize_t>(1, chunk[1]);
        }
        unsigned flags = 0;
        std::size_t values = 0;
        checked_ = H5Pget_filter_by_id2(layout.id(), H5Z_FILTER_FLETCHER32, &flags, &values, nullptr, 0, nullptr,
                                        nullptr) >= 0;
    }

    bool carries_checksums() const { return checked_; }
    const std::vector<hsize_t>& shape() const { return shape_; }
    hsize_t slabs_per_threshold() const { return (shape_[1] + layers_ - 1) / layers_; }
    hsize_t slabs() const { return shape_[0] * slabs_per_threshold(); }
    std::size_t value_bytes() const {
        const type_handle type(check_(H5Dget_type(dataset_.id()), "read a type"));
        return H5Tget_size(type.id());
    }

    std::vector<std::byte> read(hsize_t slab) const {
        const hsize_t z = slab % slabs_per_threshold() * layers_;
        const hsize_t start[] = {slab / slabs_per_threshold(), z, 0, 0};
        const hsize_t count[] = {1, std::min(layers_, shape_[1] - z), shape_[2], shape_[3]};
        const space_handle in_file(check_(H5Dget_space(dataset_.id()), "read a shape"));
        check_(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start, nullptr, count, nullptr), "select layers");
        const space_handle in_memory = make_space(check_, {count, count + 4});
        std::vector<std::byte> values(count[1] * count[2] * count[3] * value_bytes());
        const type_handle type(check_(H5Dget_type(dataset_.id()), "read a type"));
        check_(H5Dread(dataset_.id(), type.id(), in_memory.id(), in_file.id(), H5P_DEFAULT, values.data()),
               "read a field");
        return values;
    }

private:
    const checker& check_;
    dataset_handle dataset_;
    std::vector<hsize_t> shape_;
    hsize_t layers_;
    bool checked_ = false;
};

void check_field(const field_file_view& file, const std::string& place, checksum_report& report) {
    const slab_reader field(file, place);
    if (field.carries_checksums())
        ++report.checked;
    else
        report.without.push_back(place);
    for (hsize_t slab = 0; slab < field.slabs(); ++slab)
        try {
            field.read(slab);
        } catch (const hdf5_error&) {
            report.mismatches.push_back(fmt::format("{}[{}]", place, slab / field.slabs_per_threshold()));
            return;
        }
}

std::string difference_of(const slab_reader& found, const slab_reader& recorded) {
    if (found.shape() != recorded.shape() || found.value_bytes() != recorded.value_bytes())
        return "another shape or type";
    const std::size_t width = recorded.value_bytes();
    std::size_t differing = 0;
    for (hsize_t slab = 0; slab < recorded.slabs(); ++slab) {
        const std::vector<std::byte> now = found.read(slab), then = recorded.read(slab);
        for (std::size_t at = 0; at < then.size() && now != then; at += width)
            differing += std::equal(&then[at], &then[at] + width, &now[at]) ? 0 : 1;
    }
    return differing == 0 ? "" : fmt::format("{} voxels differ", differing);
}

}  // namespace

void check_fields(const std::string& path, checksum_report& report) {
    const field_file_view file(path);
    group_reader reader(file.check());
    for (const std::string& place : file.groups())
        reader.read_coordinates(file.group(place).id(), place);
    const checksum_report& coordinates = reader.checksums();
    report.checked += coordinates.checked;
    report.mismatches.insert(report.mismatches.end(), coordinates.mismatches.begin(), coordinates.mismatches.end());
    report.without.insert(report.without.end(), coordinates.without.begin(), coordinates.without.end());
    for (const std::string& place : file.fields())
        check_field(file, place, report);
}

std::vector<difference> field_differences(const std::string& found, const std::string& recorded) {
    const field_file_view now(found), then(recorded);
    std::vector<difference> result;
    for (const std::string& place : then.fields()) {
        if (std::ranges::find(now.fields(), place) == now.fields().end())
            result.push_back({place, "no such field"});
        else if (const std::string what = difference_of(slab_reader(now, place), slab_reader(then, place));
                 !what.empty())
            result.push_back({place, what});
    }
    return result;
}

}  // namespace tomosweep
