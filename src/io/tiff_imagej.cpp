#include <tiffio.h>

#include <charconv>
#include <cmath>
#include <map>
#include <string_view>

#include "tomosweep/io/tiff_file.hpp"

namespace tomosweep::io {
namespace {

using description = std::map<std::string, std::string, std::less<>>;

/// The lines `key=value` of ImageJ's description.
description parse(std::string_view text) {
    description found;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (const std::size_t sign = line.find('='); sign != std::string_view::npos)
            found.emplace(line.substr(0, sign), line.substr(sign + 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
}

template <class Number>
std::optional<Number> number(const description& from, std::string_view key) {
    const auto line = from.find(key);
    if (line == from.end())
        return std::nullopt;
    Number value{};
    const char* const end = line->second.data() + line->second.size();
    const auto [stop, error] = std::from_chars(line->second.data(), end, value);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

/// ImageJ writes the micro sign as it likes.
double unit_um(std::string_view unit) {
    for (const std::string_view micrometre :
         {"um", "micron", "microns", "micrometer", "\xc2\xb5m", "\xb5m", "\\u00B5m"})
        if (unit == micrometre)
            return 1;
    return unit == "nm" ? 1e-3 : unit == "mm" ? 1e3 : 0;
}

std::optional<double> voxel_size_um(TIFF* handle, const description& said) {
    float per_unit_x = 0, per_unit_y = 0;
    const auto unit = said.find("unit");
    const auto spacing = number<double>(said, "spacing");
    if (unit == said.end() || !spacing || unit_um(unit->second) == 0 ||
        TIFFGetField(handle, TIFFTAG_XRESOLUTION, &per_unit_x) != 1 ||
        TIFFGetField(handle, TIFFTAG_YRESOLUTION, &per_unit_y) != 1 || !(per_unit_x > 0))
        return std::nullopt;
    // Resolutions are ratios of 32-bit integers, of which libtiff makes floats.
    constexpr double rounding = 1e-4;
    const double isotropic =
        std::abs(*spacing * double{per_unit_x} - 1) + std::abs(double{per_unit_y} / double{per_unit_x} - 1);
    return isotropic < rounding ? std::optional(*spacing * unit_um(unit->second)) : std::nullopt;
}

}  // namespace

std::optional<imagej_description> tiff_file::imagej() const {
    const char* text = nullptr;
    if (TIFFGetField(handle_, TIFFTAG_IMAGEDESCRIPTION, &text) != 1 || !std::string_view(text).starts_with("ImageJ="))
        return std::nullopt;
    const description said = parse(text);
    const auto count = [&said](std::string_view key) { return number<index_t>(said, key).value_or(1); };
    return imagej_description{count("images"), count("channels"), count("slices"), count("frames"),
                              voxel_size_um(handle_, said)};
}

}  // namespace tomosweep::io
