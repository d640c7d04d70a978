#include "tomosweep/io/scan_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// fsync() of a file or folder; false when it fails. Some network file systems cannot do it for folders.
bool synced(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool done = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return done;
}

extent3 extent_of(const grey_volume& grey) {
    return std::visit([](const auto& held) { return held.extent(); }, grey);
}

}  // namespace

scan_writer::scan_writer(const std::string& path, const scan_layout& layout)
    : path_(path), temporary_(fmt::format("{}.{}.part", path, ::getpid())), layout_(layout) {}

scan_writer::~scan_writer() {
    if (!temporary_.empty())
        std::remove(temporary_.c_str());
}

void scan_writer::fail(const std::string& detail) const {
    throw resource_error("disk space or permissions", fmt::format("{} cannot be written: {}", path_, detail));
}

void scan_writer::append(const grey_volume& slab) {
    const extent3 extent = extent_of(slab);
    require(dtype_of(slab) == layout_.type && extent.y == layout_.shape.y && extent.x == layout_.shape.x,
            "a slab has the type and the slice extent of its scan");
    require(written_ + extent.z <= layout_.shape.z, "no more slices are written than the scan has");
    if (extent.z > 0)
        write(slab, written_);
    written_ += extent.z;
}

void scan_writer::finish() {
    require(written_ == layout_.shape.z, "all slices are written before a scan is finished");
    close();
    if (!synced(temporary_))
        fail(std::strerror(errno));
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0)
        fail(std::strerror(errno));
    temporary_.clear();
    const std::string folder = std::filesystem::path(path_).parent_path().string();
    synced(folder.empty() ? "." : folder);
}

std::unique_ptr<scan_writer> create_scan(scan_format format, const std::string& path, const scan_layout& layout) {
    if (layout.shape.z <= 0 || layout.shape.y <= 0 || layout.shape.x <= 0)
        throw input_error(path, "shape", fmt::format("[{}, {}, {}]", layout.shape.z, layout.shape.y, layout.shape.x),
                          "at least one voxel on every axis");
    switch (format) {
        case scan_format::raw: return io::create_raw(path, layout);
        case scan_format::tiff: return io::create_tiff(path, layout);
        case scan_format::hdf5: break;
    }
    return io::create_hdf5(path, layout);
}

}  // namespace tomosweep
