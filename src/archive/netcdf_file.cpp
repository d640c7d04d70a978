#include "tomosweep/archive/netcdf_file.hpp"

#include <filesystem>

#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/group_reader.hpp"
#include "tomosweep/archive/group_writer.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using namespace archive;

// Built in memory, so that a full disk fails a plain write() with a plain reason, where HDF5 would be left with a
// file that it can neither flush nor close.
file_handle build_in_memory(const checker& check, const data_group& root) {
    constexpr std::size_t growth = std::size_t{1} << 22;
    const property_handle access = file_access(check);
    check(H5Pset_fapl_core(access.id(), growth, false), "keep a file in memory");
    const property_handle creation = ordered_object(check, H5P_FILE_CREATE);
    file_handle file(
        check(H5Fcreate(check.file().c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "create a file in memory"));
    group_writer writer(check);
    const group_handle top(check(H5Gopen2(file.id(), "/", H5P_DEFAULT), "open the root"));
    writer.write_mark(top.id());
    writer.write(top.id(), root);
    check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "flush a file in memory");
    return file;
}

// H5Fget_file_image() would copy, and in HDF5 1.10 it spoils the checksum of the superblock that we use.
std::span<const std::byte> bytes_of(const checker& check, const file_handle& file) {
    void* handle = nullptr;
    check(H5Fget_vfd_handle(file.id(), H5P_DEFAULT, &handle), "find a file in memory");
    const auto size = check(H5Fget_file_image(file.id(), nullptr, 0), "measure a file in memory");
    return {*static_cast<const std::byte* const*>(handle), static_cast<std::size_t>(size)};
}

}  // namespace

void write_netcdf(const std::string& path, const data_group& root) {
    require(find_named(root.groups, schema::fields) == nullptr, "the group 'fields' is left to the shard writer");
    const checker check(path);
    const file_handle file = build_in_memory(check, root);
    write_file_whole(path, bytes_of(check, file));
}

data_group read_netcdf(const std::string& path) {
    const checker check(path);
    const std::string accepted = "an archive written by tomosweep";
    if (!std::filesystem::is_regular_file(path))
        throw input_error(path, "", "no such file", accepted);
    if (H5Fis_hdf5(path.c_str()) <= 0)
        throw input_error(path, "", "a file that is not HDF5, or is cut off", accepted);
    const file_handle file(check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, file_access(check).id()), "open"));
    const group_handle top(check(H5Gopen2(file.id(), "/", H5P_DEFAULT), "open the root"));
    group_reader reader(check);
    if (!reader.marked(top.id()))
        throw input_error(path, "", "an HDF5 file that tomosweep did not write", accepted);
    return reader.read(top.id(), "", schema::fields);
}

}  // namespace tomosweep
