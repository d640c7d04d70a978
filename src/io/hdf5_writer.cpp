#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tomosweep/io/hdf5_file.hpp"
#include "tomosweep/io/scan_writer.hpp"
#include "tomosweep/io/voxel_block.hpp"

namespace tomosweep {
namespace {

// Flat, so that slabs of a multiple of 16 slices never write a chunk twice.
constexpr std::array<hsize_t, 3> chunk_shape{16, 128, 128};

hid_t file_type(dtype type, byte_order order) {
    const bool little = order == byte_order::little;
    switch (type) {
        case dtype::uint8: return H5T_STD_U8LE;
        case dtype::uint16: return little ? H5T_STD_U16LE : H5T_STD_U16BE;
        case dtype::int16: return little ? H5T_STD_I16LE : H5T_STD_I16BE;
        case dtype::float32: break;
    }
    return little ? H5T_IEEE_F32LE : H5T_IEEE_F32BE;
}

class hdf5_writer final : public scan_writer {
public:
    hdf5_writer(const std::string& path, const scan_layout& layout)
        : scan_writer(path, layout), shape_(lengths(layout.shape)) {
        const io::hdf5_silence silence;
        file_ = made({H5Fcreate(temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose});
        const io::hdf5_id entry = group(file_, "entry", "NXentry");
        const io::hdf5_id data = group(entry, "data", "NXdata");
        write_text(file_, "default", "entry");
        write_text(entry, "default", "data");
        write_text(data, "signal", "data");
        create_dataset(data);
        if (layout.voxel_size_um)
            write_voxel_size(*layout.voxel_size_um);
    }

private:
    static std::array<hsize_t, 3> lengths(const extent3& shape) {
        return {static_cast<hsize_t>(shape.z), static_cast<hsize_t>(shape.y), static_cast<hsize_t>(shape.x)};
    }

    io::hdf5_id made(io::hdf5_id id) const {
        require_done(id.get());
        return id;
    }
    void require_done(hid_t result) const {
        if (result < 0)
            fail("HDF5: " + io::hdf5_reason());
    }

    io::hdf5_id group(const io::hdf5_id& parent, const char* name, const char* nexus_class) const {
        io::hdf5_id made_group =
            made({H5Gcreate2(parent.get(), name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose});
        write_text(made_group, "NX_class", nexus_class);
        return made_group;
    }

    void write_text(const io::hdf5_id& object, const char* name, const std::string& text) const {
        const io::hdf5_id type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
        H5Tset_size(type.get(), text.size());
        H5Tset_cset(type.get(), H5T_CSET_UTF8);
        const io::hdf5_id attribute =
            made({H5Acreate2(object.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose});
        require_done(H5Awrite(attribute.get(), type.get(), text.data()));
    }

    void create_dataset(const io::hdf5_id& parent) {
        const io::hdf5_id space = made({H5Screate_simple(3, shape_.data(), nullptr), H5Sclose});
        const io::hdf5_id creation = made({H5Pcreate(H5P_DATASET_CREATE), H5Pclose});
        H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
        if (layout().deflate) {
            std::array<hsize_t, 3> chunk{};
            std::transform(shape_.begin(), shape_.end(), chunk_shape.begin(), chunk.begin(),
                           [](hsize_t length, hsize_t edge) { return std::min(length, edge); });
            require_done(H5Pset_chunk(creation.get(), 3, chunk.data()));
            require_done(H5Pset_shuffle(creation.get()));
            require_done(H5Pset_deflate(creation.get(), 1));
        }
        dataset_ = made({H5Dcreate2(parent.get(), "data", file_type(layout().type, layout().order), space.get(),
                                    H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                         H5Dclose});
    }

    void write_voxel_size(double size_um) const {
        const std::array<double, 3> sizes{size_um, size_um, size_um};
        const std::array<hsize_t, 1> count{sizes.size()};
        const io::hdf5_id space(H5Screate_simple(1, count.data(), nullptr), H5Sclose);
        const io::hdf5_id attribute =
            made({H5Acreate2(dataset_.get(), "element_size_um", H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                  H5Aclose});
        require_done(H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, sizes.data()));
    }

    void write(const grey_volume& slab, index_t z) override {
        const io::hdf5_silence silence;
        std::array<hsize_t, 3> start{static_cast<hsize_t>(z), 0, 0}, count = shape_;
        count[0] = io::bytes_of(slab).size() / (bytes_per_voxel(layout().type) * shape_[1] * shape_[2]);
        const io::hdf5_id memory = made({H5Screate_simple(3, count.data(), nullptr), H5Sclose});
        const io::hdf5_id in_file = made({H5Dget_space(dataset_.get()), H5Sclose});
        require_done(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr));
        require_done(H5Dwrite(dataset_.get(), io::hdf5_memory_type(layout().type), memory.get(), in_file.get(),
                              H5P_DEFAULT, io::bytes_of(slab).data()));
    }

    void close() override {
        const io::hdf5_silence silence;
        require_done(H5Fflush(file_.get(), H5F_SCOPE_LOCAL));
        dataset_ = {};
        file_ = {};
    }

    std::array<hsize_t, 3> shape_;
    io::hdf5_id file_;
    io::hdf5_id dataset_;
};

}  // namespace

std::unique_ptr<scan_writer> io::create_hdf5(const std::string& path, const scan_layout& layout) {
    return std::make_unique<hdf5_writer>(path, layout);
}

}  // namespace tomosweep
