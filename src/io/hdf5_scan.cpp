#include "tomosweep/io/hdf5_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "hdf5_chunks.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/io/hdf5_search.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep {
namespace {

std::optional<dtype> dtype_of(hid_t type) {
    const std::size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_ENUM:  // h5py's bool
            return size == 1 ? std::optional(dtype::uint8) : std::nullopt;
        case H5T_FLOAT: return size == 4 ? std::optional(dtype::float32) : std::nullopt;
        case H5T_INTEGER: break;
        default: return std::nullopt;
    }
    const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
    if (size == 1 && !is_signed)
        return dtype::uint8;
    return size == 2 ? std::optional(is_signed ? dtype::int16 : dtype::uint16) : std::nullopt;
}

std::string name_of_type(hid_t type) {
    const std::size_t bits = 8 * H5Tget_size(type);
    switch (H5Tget_class(type)) {
        case H5T_FLOAT: return fmt::format("float{}", bits);
        case H5T_INTEGER: return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_2 ? "" : "u", bits);
        default: return "no plain numbers";
    }
}

/// The files that a virtual dataset takes its voxels from; empty for other datasets, and without those whose names
/// are made from block numbers.
std::vector<std::string> virtual_sources(const io::hdf5_id& dataset, const std::string& path) {
    const io::hdf5_id layout(H5Dget_create_plist(dataset.get()), H5Pclose);
    std::vector<std::string> files;
    std::size_t count = 0;
    if (H5Pget_layout(layout.get()) != H5D_VIRTUAL || H5Pget_virtual_count(layout.get(), &count) < 0)
        return files;
    for (std::size_t i = 0; i < count; ++i) {
        const ssize_t length = H5Pget_virtual_filename(layout.get(), i, nullptr, 0);
        std::string name(static_cast<std::size_t>(std::max<ssize_t>(length, 0)), '\0');
        H5Pget_virtual_filename(layout.get(), i, name.data(), name.size() + 1);
        if (name != "." && name.find('%') == std::string::npos)
            files.push_back(std::filesystem::path(path).parent_path() / name);
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

class hdf5_scan final : public scan_source {
public:
    explicit hdf5_scan(const hdf5_source& source) {
        files_.push_back(io::identify(source.path));
        file_ = io::open_hdf5_file(source.path);
        dataset_path_ = source.dataset.empty() ? io::find_scan_dataset(file_, source.path) : source.dataset;
        dataset_ = io::open_hdf5_dataset(file_, source.path, dataset_path_);
        understand_shape();
        understand_type();
        for (const std::string& path : virtual_sources(dataset_, source.path))
            files_.push_back(io::identify(path));
        voxel_size_um_ = io::hdf5_voxel_size_um(file_, dataset_);
    }

    extent3 extent() const override { return extent_; }
    dtype type() const override { return type_; }
    std::optional<double> voxel_size_um() const override { return voxel_size_um_; }
    std::vector<file_identity> files() const override { return files_; }
    extent3 grain() const override { return io::grain_of(dataset_); }

    grey_volume read(const box3& box) const override {
        grey_volume grey = make_grey(type_, box.extent());
        for (const file_identity& file : files_)
            io::input_file unchanged(file);
        if (!box.empty())
            read_box(box, io::bytes_of(grey).data());
        io::require_finite(grey, box, [this](index_t) { return io::slice_place{path(), dataset_path_}; });
        return grey;
    }

    /// Chunks that were never written would read as the fill value, in silence.
    std::vector<std::string> problems() const override {
        const io::hdf5_silence silence;
        const io::hdf5_id layout(H5Dget_create_plist(dataset_.get()), H5Pclose);
        if (H5Pget_layout(layout.get()) != H5D_CHUNKED)
            return never_written() ? std::vector{problem("no voxels, the dataset was never written")}
                                   : std::vector<std::string>();
        std::vector<hsize_t> chunk(lengths_.size());
        H5Pget_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data());
        hsize_t expected = 1, written = 0;
        for (std::size_t i = 0; i < chunk.size(); ++i)
            expected *= (lengths_[i] + chunk[i] - 1) / chunk[i];
        const io::hdf5_id space(H5Dget_space(dataset_.get()), H5Sclose);
        if (H5Dget_num_chunks(dataset_.get(), space.get(), &written) < 0)
            return {problem(fmt::format("an unreadable index of chunks (HDF5: {})", io::hdf5_reason()))};
        if (written < expected)
            return {problem(fmt::format("{} of {} chunks, the others were never written", written, expected))};
        return {};
    }

private:
    const std::string& path() const { return files_.front().path; }
    std::string problem(const std::string& found) const {
        return fmt::format("{}: {}: found {}; accepted: a dataset that is whole", path(), dataset_path_, found);
    }

    bool never_written() const {
        H5D_space_status_t status = H5D_SPACE_STATUS_ALLOCATED;
        const io::hdf5_id layout(H5Dget_create_plist(dataset_.get()), H5Pclose);
        H5Dget_space_status(dataset_.get(), &status);
        return H5Pget_layout(layout.get()) == H5D_CONTIGUOUS && H5Pget_external_count(layout.get()) == 0 &&
               status == H5D_SPACE_STATUS_NOT_ALLOCATED;
    }

    void understand_shape() {
        const io::hdf5_id space(H5Dget_space(dataset_.get()), H5Sclose);
        lengths_.resize(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
        H5Sget_simple_extent_dims(space.get(), lengths_.data(), nullptr);
        const bool volume = lengths_.size() >= 3 && std::all_of(lengths_.begin(), lengths_.end() - 3,
                                                                [](hsize_t length) { return length == 1; });
        if (!volume || std::find(lengths_.begin(), lengths_.end(), 0U) != lengths_.end())
            throw input_error(path(), dataset_path_, fmt::format("a dataset of shape ({})", fmt::join(lengths_, ", ")),
                              "three axes (z, y, x) of at least one voxel, or more of which the first have length 1");
        const auto last = lengths_.end();
        if (std::any_of(last - 3, last, [](hsize_t length) { return length > hsize_t{io::most_voxels}; }))
            throw input_error(path(), dataset_path_, fmt::format("a dataset of shape ({})", fmt::join(lengths_, ", ")),
                              fmt::format("at most {} voxels", io::most_voxels));
        extent_ = {static_cast<index_t>(last[-3]), static_cast<index_t>(last[-2]), static_cast<index_t>(last[-1])};
        io::require_countable(extent_, path(), dataset_path_);
    }

    void understand_type() {
        const io::hdf5_id type(H5Dget_type(dataset_.get()), H5Tclose);
        const auto known = dtype_of(type.get());
        if (!known)
            throw input_error(
                path(), dataset_path_, name_of_type(type.get()),
                "uint8, uint16, int16 or float32; convert the dataset, for instance with h5repack or h5py");
        type_ = *known;
    }

    void read_box(const box3& box, std::byte* to) const {
        const io::hdf5_silence silence;
        const io::chunk_reader chunks(dataset_, type_);
        if (!chunks.usable() || !chunks.read(dataset_, box, to))
            read_hyperslab(box, to);
    }

    void read_hyperslab(const box3& box, std::byte* to) const {
        std::vector<hsize_t> start(lengths_.size(), 0), count(lengths_.size(), 1);
        const extent3 extent = box.extent();
        for (int i = 0; i < 3; ++i) {
            const auto direction = static_cast<axis>(i);
            const std::size_t at = lengths_.size() - 3 + static_cast<std::size_t>(i);
            start[at] = static_cast<hsize_t>(along(box.lo, direction));
            count[at] = static_cast<hsize_t>(along(extent, direction));
        }
        const io::hdf5_id memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
        const io::hdf5_id in_file(H5Dget_space(dataset_.get()), H5Sclose);
        H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
        if (H5Dread(dataset_.get(), io::hdf5_memory_type(type_), memory.get(), in_file.get(), H5P_DEFAULT, to) < 0)
            throw input_error(path(), dataset_path_,
                              fmt::format("voxels that cannot be read (HDF5: {})", io::hdf5_reason()),
                              "a whole dataset with filters that this HDF5 library has");
    }

    std::vector<file_identity> files_;
    io::hdf5_id file_;
    io::hdf5_id dataset_;
    std::string dataset_path_;
    std::vector<hsize_t> lengths_;
    extent3 extent_;
    dtype type_ = dtype::uint8;
    std::optional<double> voxel_size_um_;
};

}  // namespace

std::unique_ptr<scan_source> open_hdf5(const hdf5_source& source) {
    return std::make_unique<hdf5_scan>(source);
}

}  // namespace tomosweep
