#include "tomosweep/io/raw_scan.hpp"

#include <fmt/format.h>

#include "tomosweep/core/error.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep {
namespace {

// One file may hold many scans one behind the other; far beyond any file, and far from 2^63.
constexpr index_t longest_header = index_t{1} << 60;

std::string text_of(const extent3& shape) {
    return fmt::format("[{}, {}, {}]", shape.z, shape.y, shape.x);
}

/// A guess at why a file of `bytes` bytes does not fit `source`; empty when there is none.
std::string hint_for(const raw_source& source, index_t bytes) {
    const index_t voxels = voxel_count(source.shape);
    const auto size = static_cast<index_t>(bytes_per_voxel(source.type));
    const index_t slice_bytes = source.shape.y * source.shape.x * size;
    for (const dtype other : {dtype::uint8, dtype::uint16, dtype::float32})
        if (other != source.type && bytes == source.offset + voxels * static_cast<index_t>(bytes_per_voxel(other)))
            return fmt::format("the length fits dtype {}{}", name_of(other), other == dtype::uint16 ? " or int16" : "");
    const index_t surplus = bytes - voxels * size;
    if (surplus >= 0 && surplus < slice_bytes)
        return fmt::format("the length fits a header of {0} bytes, offset: {0}", surplus);
    if (bytes > source.offset && (bytes - source.offset) % slice_bytes == 0)
        return fmt::format("the length fits the shape {}",
                           text_of({(bytes - source.offset) / slice_bytes, source.shape.y, source.shape.x}));
    return bytes < source.offset + voxels * size ? "the file is truncated, or shape or dtype are wrong" : "";
}

void check_layout(const raw_source& source) {
    io::require_countable(source.shape, source.path, "shape");
    if (source.offset < 0 || source.offset > longest_header)
        throw input_error(source.path, "offset", std::to_string(source.offset),
                          fmt::format("0 to {} bytes", longest_header));
}

void check_length(const raw_source& source, index_t bytes) {
    const index_t expected =
        source.offset + voxel_count(source.shape) * static_cast<index_t>(bytes_per_voxel(source.type));
    if (bytes == expected)
        return;
    const std::string hint = hint_for(source, bytes);
    throw input_error(source.path, "", fmt::format("a length of {} bytes", bytes),
                      fmt::format("{} bytes for shape {}, dtype {}, offset {}{}", expected, text_of(source.shape),
                                  name_of(source.type), source.offset, hint.empty() ? "" : " (" + hint + ")"));
}

class raw_scan final : public scan_source {
public:
    raw_scan(const raw_source& source, const io::raw_companion& companion)
        : block_{source.shape, source.type, source.order, source.offset}, voxel_size_um_(companion.voxel_size_um) {
        files_.push_back(io::identify(source.path));
        check_length(source, files_.front().bytes);
        if (!companion.info_path.empty())
            files_.push_back(io::identify(companion.info_path));
    }

    extent3 extent() const override { return block_.shape; }
    dtype type() const override { return block_.type; }
    std::optional<double> voxel_size_um() const override { return voxel_size_um_; }
    std::vector<file_identity> files() const override { return files_; }

    grey_volume read(const box3& box) const override {
        grey_volume grey = make_grey(block_.type, box.extent());
        io::read_box(io::input_file(files_.front()), block_, box, io::bytes_of(grey).data());
        io::require_finite(grey, box, [this](index_t) { return io::slice_place{files_.front().path, ""}; });
        return grey;
    }

    std::vector<std::string> problems() const override {
        std::vector<std::string> found;
        for (const file_identity& file : files_)
            try {
                io::input_file unchanged(file);
            } catch (const input_error& problem) {
                found.emplace_back(problem.what());
            }
        return found;
    }

private:
    io::voxel_block block_;
    std::optional<double> voxel_size_um_;
    std::vector<file_identity> files_;
};

}  // namespace

std::unique_ptr<scan_source> io::open_raw(const raw_source& source, const raw_companion& companion) {
    check_layout(source);
    return std::make_unique<raw_scan>(source, companion);
}

std::unique_ptr<scan_source> open_raw(const raw_source& source) {
    return io::open_raw(source, {});
}

}  // namespace tomosweep
