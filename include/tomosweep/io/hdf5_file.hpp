#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "tomosweep/core/grey.hpp"

namespace tomosweep::io {

/// Owns an HDF5 identifier and closes it. Empty when the identifier is negative.
class hdf5_id {
public:
    using closer = herr_t (*)(hid_t);

    hdf5_id() = default;
    hdf5_id(hid_t id, closer close) : id_(id), close_(close) {}
    hdf5_id(hdf5_id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
    hdf5_id& operator=(hdf5_id&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~hdf5_id() {
        if (id_ >= 0)
            close_(id_);
    }

    hid_t get() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }

private:
    hid_t id_ = H5I_INVALID_HID;
    closer close_ = nullptr;
};

/// Keeps HDF5 from printing its error stack while it lives.
class hdf5_silence {
public:
    hdf5_silence();
    hdf5_silence(const hdf5_silence&) = delete;
    hdf5_silence& operator=(const hdf5_silence&) = delete;
    ~hdf5_silence();

private:
    H5E_auto2_t printer_ = nullptr;
    void* argument_ = nullptr;
};

/// What the innermost function of the last failed HDF5 call says; needs a hdf5_silence around the call.
std::string hdf5_reason();

/// Opens a file for reading, with POSIX calls, so that any number of ranks can do so by themselves. Throws input_error.
hdf5_id open_hdf5_file(const std::string& path);

/// Opens the dataset `name` of `file`, a file opened from `path`. Throws input_error.
hdf5_id open_hdf5_dataset(const hdf5_id& file, const std::string& path, const std::string& name);

/// The type that grey levels have in memory; not to be closed.
hid_t hdf5_memory_type(dtype type);

/// What a text attribute may hold: what HDF5 keeps with an object's header.
inline constexpr std::size_t longest_hdf5_text = 64 << 10;

/// A string attribute, of fixed or variable length; empty when there is none, or a fixed one above longest_hdf5_text.
std::string hdf5_text(hid_t object, const std::string& attribute);

}  // namespace tomosweep::io
