#pragma once

#include <hdf5.h>

#include <string>
#include <utility>
#include <vector>

/// HDF5 behind RAII, for the archive only; the other layers see data_group and never an HDF5 type.
namespace tomosweep::archive {

/// Owns one HDF5 identifier and closes it with `Close`. Movable, not copyable. A failing close is ignored here; where
/// it matters (a file), flush first and check that.
template <herr_t (*Close)(hid_t)>
class handle {
public:
    handle() = default;
    explicit handle(hid_t id) : id_(id) {}
    handle(handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    handle& operator=(handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~handle() {
        if (id_ >= 0)
            Close(id_);
    }

    hid_t id() const { return id_; }

    /// Closes now and says whether that worked.
    bool close() { return Close(std::exchange(id_, H5I_INVALID_HID)) >= 0; }

private:
    hid_t id_ = H5I_INVALID_HID;
};

using file_handle = handle<H5Fclose>;
using group_handle = handle<H5Gclose>;
using dataset_handle = handle<H5Dclose>;
using space_handle = handle<H5Sclose>;
using type_handle = handle<H5Tclose>;
using attribute_handle = handle<H5Aclose>;
using property_handle = handle<H5Pclose>;

/// Checks the results of HDF5 calls on one file, and keeps HDF5 from printing its error stack on stderr.
class checker {
public:
    explicit checker(std::string file);

    /// `result` when it is not negative; otherwise throws hdf5_error with the file, the `action` that failed, and the
    /// innermost message of HDF5's error stack.
    template <class Result>
    Result operator()(Result result, const char* action) const {
        if (result < 0)
            fail(action);
        return result;
    }

    const std::string& file() const { return file_; }

private:
    [[noreturn]] void fail(const char* action) const;

    std::string file_;
};

/// Data space of the given shape; scalar when `shape` is empty.
space_handle make_space(const checker& check, const std::vector<hsize_t>& shape);

/// Variable-length UTF-8 text, the only kind of string that every netCDF reader takes as a variable.
type_handle text_type(const checker& check);

/// How text is transferred: HDF5 converts it through two buffers that it zeroes for every dataset, 1 MiB each unless
/// told.
property_handle text_transfer(const checker& check);

/// Creation properties of a file, group or dataset that keeps links and attributes in the order in which they were
/// made.
property_handle ordered_object(const checker& check, hid_t property_class);

/// File access that allows attributes of any size (a dimension lists all variables that use it), stays within the
/// format of HDF5 1.8, which every reader knows, and takes no file locks: some parallel file systems have none, and a
/// file is either ours alone under its partial name or never changed again.
property_handle file_access(const checker& check);

}  // namespace tomosweep::archive
