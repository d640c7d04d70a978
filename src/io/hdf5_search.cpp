#include "tomosweep/io/hdf5_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tomosweep/core/error.hpp"

namespace tomosweep::io {
namespace {

/// A scan has three axes, or more of which the first ones have length 1, and holds numbers.
bool holds_volume(hid_t file, const std::string& path) {
    const hdf5_id dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset)
        return false;
    const hdf5_id space(H5Dget_space(dataset.get()), H5Sclose), type(H5Dget_type(dataset.get()), H5Tclose);
    const int rank = H5Sget_simple_extent_ndims(space.get());
    const H5T_class_t held = H5Tget_class(type.get());
    if (rank < 3 || (held != H5T_INTEGER && held != H5T_FLOAT && held != H5T_ENUM))
        return false;
    std::vector<hsize_t> lengths(static_cast<std::size_t>(rank));
    H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr);
    return std::all_of(lengths.begin(), lengths.end() - 3, [](hsize_t length) { return length == 1; });
}

std::string joined(const std::string& group, const std::string& name) {
    return name.starts_with('/') ? name : fmt::format("{}/{}", group == "/" ? "" : group, name);
}

std::string text_at(hid_t file, const std::string& path, const char* attribute) {
    const hdf5_id object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose);
    return object ? hdf5_text(object.get(), attribute) : std::string();
}

/// Where the chain of @default ends, and there @signal.
std::vector<std::string> by_nexus_default(hid_t file) {
    constexpr int longest_chain = 8;  // against a chain that bites its tail
    std::string group = "/";
    for (int i = 0; i < longest_chain; ++i) {
        const std::string next = text_at(file, group, "default");
        if (next.empty())
            break;
        group = joined(group, next);
    }
    const std::string signal = text_at(file, group, "signal");
    const std::string path = joined(group, signal);
    return !signal.empty() && holds_volume(file, path) ? std::vector{path} : std::vector<std::string>();
}

std::vector<std::string> children(hid_t file) {
    std::vector<std::string> names;
    const H5L_iterate_t note = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->emplace_back(name);
        return 0;
    };
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, note, &names);
    return names;
}

std::vector<std::string> by_custom(hid_t file) {
    std::vector<std::string> places{"/exchange/data", "/entry1/tomo_entry/data/data"};
    for (const std::string& name : children(file))
        if (name.starts_with("entry"))
            places.push_back(fmt::format("/{}/reconstruction/results/data", name));
    std::erase_if(places, [file](const std::string& path) { return !holds_volume(file, path); });
    return places;
}

/// HDF5 visits an object once, however many links lead to it.
std::vector<std::string> by_shape(hid_t file) {
    std::vector<std::string> datasets;
    const H5O_iterate_t note = [](hid_t, const char* name, const H5O_info_t* info, void* list) -> herr_t {
        if (info->type == H5O_TYPE_DATASET)
            static_cast<std::vector<std::string>*>(list)->push_back(fmt::format("/{}", name));
        return 0;
    };
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, note, &datasets, H5O_INFO_BASIC);
    std::erase_if(datasets, [file](const std::string& path) { return !holds_volume(file, path); });
    return datasets;
}

}  // namespace

std::string find_scan_dataset(const hdf5_id& file, const std::string& path) {
    const hdf5_silence silence;
    for (const auto& search : {by_nexus_default, by_custom, by_shape}) {
        const std::vector<std::string> candidates = search(file.get());
        if (candidates.size() > 1)
            throw input_error(path, "dataset", fmt::format("several candidates: {}", fmt::join(candidates, ", ")),
                              "one of them, named in the job as `dataset:`");
        if (candidates.size() == 1)
            return candidates.front();
    }
    throw input_error(path, "dataset", "no dataset with three axes", "a file that holds a volume of numbers (z, y, x)");
}

}  // namespace tomosweep::io
