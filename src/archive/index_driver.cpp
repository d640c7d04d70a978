#include "index_driver.hpp"

#if H5_VERS_MAJOR == 1 && H5_VERS_MINOR < 13

#include <new>

namespace tomosweep::archive {
namespace {

/// A file whose values HDF5 does not write; all else goes to the driver for local files.
struct index_file {
    H5FD_t held_by_hdf5{};  // first: HDF5 knows the file by its address
    H5FD_t* inner = nullptr;
};

H5FD_t* inner_of(const H5FD_t* file) {
    return reinterpret_cast<const index_file*>(file)->inner;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t, haddr_t most) {
    const property_handle plain(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_fapl_sec2(plain.id());
    auto* const file = new (std::nothrow) index_file;
    if (file != nullptr)
        file->inner = H5FDopen(name, flags, plain.id(), most);
    if (file != nullptr && file->inner != nullptr)
        return &file->held_by_hdf5;
    delete file;
    return nullptr;
}

herr_t close_file(H5FD_t* file) {
    const herr_t closed = H5FDclose(inner_of(file));
    delete reinterpret_cast<index_file*>(file);
    return closed;
}

herr_t write_all_but_values(H5FD_t* file, H5FD_mem_t type, hid_t transfer, haddr_t at, std::size_t bytes,
                            const void* from) {
    return type == H5FD_MEM_DRAW ? 0 : H5FDwrite(inner_of(file), type, transfer, at, bytes, from);
}

H5FD_class_t make_driver() {
    H5FD_class_t driver{};
    driver.name = "tomosweep-index";
    driver.maxaddr = (haddr_t{1} << 62) - 1;
    driver.fc_degree = H5F_CLOSE_WEAK;
    driver.open = open_file;
    driver.close = close_file;
    driver.query = [](const H5FD_t* file, unsigned long* features) {
        *features = 0;
        return file == nullptr ? herr_t{0} : H5FDquery(inner_of(file), features) < 0 ? herr_t{-1} : herr_t{0};
    };
    driver.get_eoa = [](const H5FD_t* file, H5FD_mem_t type) { return H5FDget_eoa(inner_of(file), type); };
    driver.set_eoa = [](H5FD_t* file, H5FD_mem_t type, haddr_t end) { return H5FDset_eoa(inner_of(file), type, end); };
    driver.get_eof = [](const H5FD_t* file, H5FD_mem_t type) { return H5FDget_eof(inner_of(file), type); };
    driver.read = [](H5FD_t* file, H5FD_mem_t type, hid_t transfer, haddr_t at, std::size_t bytes, void* to) {
        return H5FDread(inner_of(file), type, transfer, at, bytes, to);
    };
    driver.write = write_all_but_values;
    driver.flush = [](H5FD_t* file, hid_t transfer, hbool_t closing) {
        return H5FDflush(inner_of(file), transfer, closing);
    };
    driver.truncate = [](H5FD_t* file, hid_t transfer, hbool_t closing) {
        return H5FDtruncate(inner_of(file), transfer, closing);
    };
    for (H5FD_mem_t& list : driver.fl_map)
        list = H5FD_MEM_SUPER;
    driver.fl_map[H5FD_MEM_DRAW] = H5FD_MEM_DRAW;
    return driver;
}

}  // namespace

property_handle index_access(const checker& check) {
    static const H5FD_class_t driver = make_driver();
    static const hid_t id = H5FDregister(&driver);
    property_handle access = file_access(check);
    check(H5Pset_driver(access.id(), check(id, "register a file driver"), nullptr), "use a file driver");
    return access;
}

}  // namespace tomosweep::archive

#else

namespace tomosweep::archive {

property_handle index_access(const checker& check) {
    return file_access(check);
}

}  // namespace tomosweep::archive

#endif
