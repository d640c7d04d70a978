#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tomosweep/io/hdf5_search.hpp"

namespace tomosweep::io {
namespace {

using sizes_zyx = std::array<double, 3>;

double unit_um(const std::string& unit) {
    for (const char* micrometre : {"um", "micron", "microns", "micrometer", "micrometre", "\xc2\xb5m", "\xce\xbcm"})
        if (unit == micrometre)
            return 1;
    return unit == "nm" ? 1e-3 : unit == "mm" ? 1e3 : unit == "cm" ? 1e4 : unit == "m" ? 1e6 : 0;
}

std::optional<double> isotropic(const sizes_zyx& sizes) {
    // Beamlines round the sizes of the axes one by one.
    constexpr double rounding = 1e-4;
    const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
    return *least > 0 && *most < *least * (1 + rounding) ? std::optional(*least) : std::nullopt;
}

std::optional<double> by_attribute(const hdf5_id& dataset) {
    const hdf5_id attribute(H5Aopen(dataset.get(), "element_size_um", H5P_DEFAULT), H5Aclose);
    const hdf5_id space(attribute ? H5Aget_space(attribute.get()) : H5I_INVALID_HID, H5Sclose);
    sizes_zyx sizes{};
    if (!space || H5Sget_simple_extent_npoints(space.get()) != 3 ||
        H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, sizes.data()) < 0)
        return std::nullopt;
    return isotropic(sizes);
}

/// The step of an even coordinate in um; 0 when it is uneven or has no length unit.
double spacing_um(hid_t group, const std::string& name) {
    const hdf5_id axis(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
    const hdf5_id space(axis ? H5Dget_space(axis.get()) : H5I_INVALID_HID, H5Sclose);
    const hssize_t count = space ? H5Sget_simple_extent_npoints(space.get()) : 0;
    // A dataset without data may claim any length.
    constexpr hssize_t most_coordinates = 1 << 20;
    if (count < 2 || count > most_coordinates || H5Sget_simple_extent_ndims(space.get()) != 1)
        return 0;
    std::vector<double> at(static_cast<std::size_t>(count));
    if (H5Dread(axis.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, at.data()) < 0)
        return 0;
    const double step = (at.back() - at.front()) / static_cast<double>(count - 1);
    for (std::size_t i = 0; i < at.size(); ++i)
        if (std::abs(at[i] - at.front() - static_cast<double>(i) * step) > 1e-3 * std::abs(step))
            return 0;
    return std::abs(step) * unit_um(hdf5_text(axis.get(), "units"));
}

/// The three names in @axes; empty strings where they are missing.
std::array<std::string, 3> axis_names(hid_t group) {
    std::array<std::string, 3> names;
    const hdf5_id attribute(H5Aopen(group, "axes", H5P_DEFAULT), H5Aclose);
    const hdf5_id space(attribute ? H5Aget_space(attribute.get()) : H5I_INVALID_HID, H5Sclose);
    const hdf5_id type(attribute ? H5Aget_type(attribute.get()) : H5I_INVALID_HID, H5Tclose);
    if (!space || H5Sget_simple_extent_npoints(space.get()) != 3 || H5Tget_class(type.get()) != H5T_STRING)
        return names;
    if (H5Tis_variable_str(type.get()) > 0) {
        std::array<char*, 3> texts{};
        if (H5Aread(attribute.get(), type.get(), texts.data()) < 0)
            return names;
        for (std::size_t i = 0; i < 3; ++i)
            names[i] = texts[i] == nullptr ? "" : texts[i];
        H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, texts.data());
    } else {
        const std::size_t length = H5Tget_size(type.get());
        if (length > longest_hdf5_text)
            return names;
        std::vector<char> texts(3 * length + 1, '\0');
        if (H5Aread(attribute.get(), type.get(), texts.data()) < 0)
            return names;
        for (std::size_t i = 0; i < 3; ++i) {
            const char* first = texts.data() + i * length;
            names[i].assign(first, std::find(first, first + length, '\0'));
        }
    }
    return names;
}

std::optional<double> by_axes(const hdf5_id& file, const hdf5_id& dataset) {
    const ssize_t length = H5Iget_name(dataset.get(), nullptr, 0);
    if (length <= 0)
        return std::nullopt;
    std::string path(static_cast<std::size_t>(length), '\0');
    H5Iget_name(dataset.get(), path.data(), path.size() + 1);
    const std::string parent = path.substr(0, path.rfind('/') + 1);
    const hdf5_id group(H5Gopen2(file.get(), parent.c_str(), H5P_DEFAULT), H5Gclose);
    if (!group)
        return std::nullopt;
    sizes_zyx sizes{};
    const auto names = axis_names(group.get());
    for (std::size_t i = 0; i < 3; ++i)
        if (!names[i].empty() && names[i] != ".")
            sizes[i] = spacing_um(group.get(), names[i]);
    return isotropic(sizes);
}

}  // namespace

std::optional<double> hdf5_voxel_size_um(const hdf5_id& file, const hdf5_id& dataset) {
    const hdf5_silence silence;
    const auto stated = by_attribute(dataset);
    return stated ? stated : by_axes(file, dataset);
}

}  // namespace tomosweep::io
