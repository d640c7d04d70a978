#include "tomosweep/io/hdf5_file.hpp"

#include <vector>

#include "tomosweep/core/error.hpp"

namespace tomosweep::io {

hdf5_silence::hdf5_silence() {
    H5Eget_auto2(H5E_DEFAULT, &printer_, &argument_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

hdf5_silence::~hdf5_silence() {
    H5Eset_auto2(H5E_DEFAULT, printer_, argument_);
}

std::string hdf5_reason() {
    std::string reason;
    // Upward begins with the innermost function, the only one that knows what happened.
    const H5E_walk2_t innermost = [](unsigned depth, const H5E_error2_t* entry, void* text) -> herr_t {
        if (depth == 0 && entry->desc != nullptr)
            *static_cast<std::string*>(text) = entry->desc;
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &reason);
    return reason.empty() ? "unknown reason" : reason;
}

hdf5_id open_hdf5_file(const std::string& path) {
    const hdf5_silence silence;
    const hdf5_id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    // Readers share a lock, which keeps out a writer that is not yet done; file systems without locks are read all the
    // same.
    H5Pset_file_locking(access.get(), true, true);
    hdf5_id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
    if (!file)
        throw input_error(path, "", "no readable HDF5 file (HDF5: " + hdf5_reason() + ")", "a whole HDF5 file");
    return file;
}

hdf5_id open_hdf5_dataset(const hdf5_id& file, const std::string& path, const std::string& name) {
    const hdf5_silence silence;
    hdf5_id dataset(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset)
        throw input_error(path, name, "no readable dataset (HDF5: " + hdf5_reason() + ")",
                          "the path of a dataset, such as /entry/data/data");
    return dataset;
}

hid_t hdf5_memory_type(dtype type) {
    switch (type) {
        case dtype::uint8: return H5T_NATIVE_UINT8;
        case dtype::uint16: return H5T_NATIVE_UINT16;
        case dtype::int16: return H5T_NATIVE_INT16;
        case dtype::float32: break;
    }
    return H5T_NATIVE_FLOAT;
}

std::string hdf5_text(hid_t object, const std::string& attribute) {
    const hdf5_silence silence;
    const hdf5_id handle(H5Aopen(object, attribute.c_str(), H5P_DEFAULT), H5Aclose);
    const hdf5_id type(handle ? H5Aget_type(handle.get()) : H5I_INVALID_HID, H5Tclose);
    const hdf5_id space(handle ? H5Aget_space(handle.get()) : H5I_INVALID_HID, H5Sclose);
    if (!space || H5Tget_class(type.get()) != H5T_STRING || H5Sget_simple_extent_npoints(space.get()) != 1)
        return {};
    if (H5Tis_variable_str(type.get()) > 0) {
        char* text = nullptr;
        if (H5Aread(handle.get(), type.get(), &text) < 0 || text == nullptr)
            return {};
        std::string copied = text;
        H5free_memory(text);
        return copied;
    }
    if (H5Tget_size(type.get()) > longest_hdf5_text)
        return {};
    std::vector<char> text(H5Tget_size(type.get()) + 1, '\0');
    return H5Aread(handle.get(), type.get(), text.data()) < 0 ? std::string() : std::string(text.data());
}

}  // namespace tomosweep::io
