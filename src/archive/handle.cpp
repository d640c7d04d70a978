#include "tomosweep/archive/handle.hpp"

#include "tomosweep/core/error.hpp"

namespace tomosweep::archive {
namespace {

herr_t keep_description(unsigned, const H5E_error2_t* entry, void* target) {
    if (entry->desc != nullptr && *entry->desc != '\0')
        *static_cast<std::string*>(target) = entry->desc;
    return 0;
}

// Walking down ends at the call that failed first, so the last description kept is the innermost.
std::string innermost_message() {
    std::string message;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_description, &message);
    H5Eclear2(H5E_DEFAULT);
    return message.empty() ? "no reason given" : message;
}

}  // namespace

checker::checker(std::string file) : file_(std::move(file)) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

void checker::fail(const char* action) const {
    throw hdf5_error(file_, std::string("cannot ") + action + ": " + innermost_message());
}

space_handle make_space(const checker& check, const std::vector<hsize_t>& shape) {
    if (shape.empty())
        return space_handle(check(H5Screate(H5S_SCALAR), "create a scalar space"));
    return space_handle(
        check(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), "create a data space"));
}

type_handle text_type(const checker& check) {
    type_handle type(check(H5Tcopy(H5T_C_S1), "copy the text type"));
    check(H5Tset_size(type.id(), H5T_VARIABLE), "make text of variable length");
    check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "make text UTF-8");
    return type;
}

property_handle text_transfer(const checker& check) {
    constexpr std::size_t buffer_bytes = std::size_t{1} << 14;
    property_handle properties(check(H5Pcreate(H5P_DATASET_XFER), "create transfer properties"));
    check(H5Pset_buffer(properties.id(), buffer_bytes, nullptr, nullptr), "choose the size of buffers");
    return properties;
}

property_handle ordered_object(const checker& check, hid_t property_class) {
    constexpr unsigned ordered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    property_handle properties(check(H5Pcreate(property_class), "create properties"));
    check(H5Pset_attr_creation_order(properties.id(), ordered), "track the order of attributes");
    if (!H5Pequal(property_class, H5P_DATASET_CREATE))
        check(H5Pset_link_creation_order(properties.id(), ordered), "track the order of links");
    return properties;
}

property_handle file_access(const checker& check) {
    property_handle access(check(H5Pcreate(H5P_FILE_ACCESS), "create file properties"));
    check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_V18), "choose the file format");
    check(H5Pset_file_locking(access.id(), false, true), "do without file locks");
    return access;
}

}  // namespace tomosweep::archive
