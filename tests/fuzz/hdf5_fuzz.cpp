#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <array>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "tomosweep/io/hdf5_file.hpp"
#include "tomosweep/io/hdf5_scan.hpp"

using namespace tomosweep;
using io::hdf5_id;

namespace {

/// Builds a sound HDF5 file whose groups, datasets and attributes follow the fuzzer's bytes: what the container may say
/// is what this project interprets; whether its bytes are sound is HDF5's own business.
class file_builder {
public:
    file_builder(const std::string& path, FuzzedDataProvider& bytes)
        : bytes_(bytes), file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose) {}

    void fill() {
        const io::hdf5_silence silence;
        for (int left = 12; left > 0 && bytes_.remaining_bytes() > 0; --left)
            bytes_.ConsumeBool() ? add_dataset() : add_group();
    }

private:
    std::string path() {
        return bytes_.PickValueInArray({"/entry/data/data", "/entry/data", "/entry", "/exchange/data", "/exchange",
                                        "/entry1/tomo_entry/data/data", "/entry/reconstruction/results/data",
                                        "/entry/data/z", "/entry/data/y", "/entry/data/x", "/volume", "/z"});
    }

    hdf5_id creating() {
        hdf5_id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
        H5Pset_create_intermediate_group(links.get(), 1);
        return links;
    }

    void add_group() {
        const hdf5_id links = creating();
        const std::string at = path();
        hdf5_id group(H5Gcreate2(file_.get(), at.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
        add_attributes(group ? group : file_);
    }

    hid_t number_type() {
        return bytes_.PickValueInArray({H5T_STD_U8LE, H5T_STD_I8LE, H5T_STD_U16BE, H5T_STD_I16LE, H5T_IEEE_F32LE,
                                        H5T_IEEE_F64BE, H5T_STD_I64LE, H5T_C_S1, H5T_STD_REF_OBJ});
    }

    /// Any rank and any extents; voxels are stored only when there are few.
    void add_dataset() {
        std::vector<hsize_t> lengths(bytes_.ConsumeIntegralInRange<std::size_t>(0, 5));
        hsize_t values = 1;
        for (hsize_t& length : lengths) {
            length =
                bytes_.ConsumeBool() ? bytes_.ConsumeIntegralInRange<hsize_t>(0, 8) : bytes_.ConsumeIntegral<hsize_t>();
            values = length > 0 && values > 4096 / length ? 4097 : values * length;
        }
        const hdf5_id space(H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr), H5Sclose);
        const hdf5_id layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
        if (bytes_.ConsumeBool() && !lengths.empty()) {
            std::vector<hsize_t> chunk;
            for (const hsize_t length : lengths)
                chunk.push_back(std::clamp<hsize_t>(length, 1, 16));
            H5Pset_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data());
        }
        const hdf5_id links = creating();
        const std::string at = path();
        const hdf5_id dataset(
            H5Dcreate2(file_.get(), at.c_str(), number_type(), space.get(), links.get(), layout.get(), H5P_DEFAULT),
            H5Dclose);
        if (dataset && values <= 4096 && bytes_.ConsumeBool()) {
            std::vector<double> voxels(values, 0.0);
            for (std::size_t i = 0; i < std::min<std::size_t>(values, 8); ++i)
                voxels[i] = bytes_.ConsumeFloatingPoint<double>();
            H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, voxels.data());
        }
        add_attributes(dataset ? dataset : file_);
    }

    void add_attributes(const hdf5_id& object) {
        for (int left = bytes_.ConsumeIntegralInRange(0, 3); left > 0; --left)
            bytes_.ConsumeBool() ? add_text(object) : add_numbers(object);
    }

    std::string attribute_name() {
        return bytes_.PickValueInArray({"default", "signal", "axes", "units", "element_size_um"});
    }

    void add_text(const hdf5_id& object) {
        const hsize_t count = bytes_.ConsumeIntegralInRange<hsize_t>(0, 4);
        const bool variable = bytes_.ConsumeBool();
        const std::size_t length = bytes_.ConsumeIntegralInRange<std::size_t>(1, 40);
        const hdf5_id type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate_simple(1, &count, nullptr), H5Sclose);
        H5Tset_size(type.get(), variable ? H5T_VARIABLE : length);
        const std::string name = attribute_name();
        const hdf5_id attribute(
            H5Acreate2(object.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        if (!attribute || bytes_.ConsumeIntegralInRange(0, 9) == 0)
            return;  // an attribute that was never written
        std::array<std::string, 4> texts;
        for (std::string& text : texts)
            text = bytes_.ConsumeBool() ? path() : bytes_.ConsumeRandomLengthString(length);
        std::array<const char*, 4> pointers{};
        std::string dense;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            pointers[i] = texts[i].c_str();
            dense += texts[i].substr(0, length) + std::string(length - std::min(length, texts[i].size()), '\0');
        }
        H5Awrite(attribute.get(), type.get(), variable ? static_cast<const void*>(pointers.data()) : dense.data());
    }

    void add_numbers(const hdf5_id& object) {
        const hsize_t count = bytes_.ConsumeIntegralInRange<hsize_t>(0, 4);
        const hdf5_id space(H5Screate_simple(1, &count, nullptr), H5Sclose);
        const std::string name = attribute_name();
        const hdf5_id attribute(
            H5Acreate2(object.get(), name.c_str(), number_type(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        std::array<double, 4> values{};
        for (double& value : values)
            value = bytes_.ConsumeFloatingPoint<double>();
        H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, values.data());
    }

    FuzzedDataProvider& bytes_;
    hdf5_id file_;
};

}  // namespace

/// The search for the scan's dataset, its shape and type, the attributes that state a voxel size.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::scratch scratch;
    const std::string path = scratch / "scan.h5";
    FuzzedDataProvider bytes(data, size);
    file_builder(path, bytes).fill();
    fuzz::value_or_refusal([&] {
        const auto scan = open_hdf5({path, ""});
        scan->problems();
        scan->read(intersection({{}, {2, 8, 8}}, whole(scan->extent())));
    });
    return 0;
}
