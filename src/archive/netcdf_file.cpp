#include "tomosweep/archive/netcdf_file.hpp"

#include <fmt/format.h>

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
    // HDF5 zeroes every step as a whole, and most files are smaller than one.
    constexpr std::size_t growth = std::size_t{1} << 18;
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

const char* const accepted = "an archive written by tomosweep";

file_handle open_to_read(const checker& check) {
    const std::string& path = check.file();
    if (!std::filesystem::is_regular_file(path))
        throw input_error(path, "", "no such file", accepted);
    if (H5Fis_hdf5(path.c_str()) <= 0)
        throw input_error(path, "", "a file that is not HDF5, or is cut off", accepted);
    return file_handle(check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, file_access(check).id()), "open"));
}

void require_marked(const group_reader& reader, hid_t root, const std::string& path) {
    if (!reader.marked(root))
        throw input_error(path, "", "an HDF5 file that tomosweep did not write", accepted);
}

void copy_to(const std::string& partial, const std::string& path) {
    std::error_code failure;
    std::filesystem::copy_file(path, partial, std::filesystem::copy_options::overwrite_existing, failure);
    if (failure)
        throw resource_error("rights or space", "cannot copy " + path + ": " + failure.message());
}

void change_attributes(const checker& check, const std::string& file_path, const std::string& place,
                       const std::vector<attribute>& attributes) {
    const file_handle file(
        check(H5Fopen(file_path.c_str(), H5F_ACC_RDWR, file_access(check).id()), "open to change attributes"));
    const group_handle group(check(H5Gopen2(file.id(), place.c_str(), H5P_DEFAULT), "open a group"));
    data_group content = group_reader(check).read(group.id(), "");
    require(content.variables.empty() && content.groups.empty(), place + " holds attributes only");
    for (const attribute& old : content.attributes)
        check(H5Adelete(group.id(), old.name.c_str()), "remove an attribute");
    if (check(H5Aexists(group.id(), schema::checksum), "look for a checksum") > 0)
        check(H5Adelete(group.id(), schema::checksum), "remove a checksum");
    content.attributes = attributes;
    group_writer(check).write(group.id(), content);
    check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "flush changed attributes");
}

}  // namespace

void write_netcdf(const std::string& path, const data_group& root) {
    require(find_named(root.groups, schema::fields) == nullptr, "the group 'fields' is left to the shard writer");
    const checker check(path);
    const file_handle file = build_in_memory(check, root);
    write_file_whole(path, bytes_of(check, file));
}

data_group read_netcdf(const std::string& path) {
    checksum_report unasked;
    return read_netcdf(path, unasked);
}

data_group read_netcdf(const std::string& path, checksum_report& checksums) {
    const checker check(path);
    const file_handle file = open_to_read(check);
    const group_handle top(check(H5Gopen2(file.id(), "/", H5P_DEFAULT), "open the root"));
    group_reader reader(check);
    require_marked(reader, top.id(), path);
    data_group root = reader.read(top.id(), "", schema::fields);
    checksums = reader.checksums();
    return root;
}

data_group read_sound_netcdf(const std::string& path) {
    checksum_report checksums;
    data_group root = read_netcdf(path, checksums);
    if (const std::vector<std::string> findings = checksums.findings(); !findings.empty())
        throw input_error(
            path, "",
            fmt::format("{} places that are not as they were written, first {}", findings.size(), findings.front()),
            "an archive as tomosweep wrote it; `tomosweep verify` lists what is wrong");
    return root;
}

std::vector<attribute> read_group_attributes(const std::string& path, const std::string& place) {
    const checker check(path);
    const file_handle file = open_to_read(check);
    const group_handle top(check(H5Gopen2(file.id(), "/", H5P_DEFAULT), "open the root"));
    const group_reader reader(check);
    require_marked(reader, top.id(), path);
    const std::filesystem::path steps(place);
    for (std::filesystem::path way = "/"; const auto& step : steps.relative_path()) {
        way /= step;
        if (check(H5Lexists(top.id(), way.c_str(), H5P_DEFAULT), "look for a group") == 0)
            return {};
    }
    const group_handle group(check(H5Gopen2(top.id(), place.c_str(), H5P_DEFAULT), "open a group"));
    return reader.read_attributes(group.id());
}

void replace_group_attributes(const std::string& path, const std::string& place,
                              const std::vector<attribute>& attributes) {
    const std::string partial = partial_path(path);
    try {
        copy_to(partial, path);
        change_attributes(checker(path), partial, place, attributes);
        publish_file(partial, path);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        throw;
    }
}

}  // namespace tomosweep
