#include "tomosweep/io/vol_scan.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "text.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/io/file.hpp"
#include "tomosweep/io/raw_scan.hpp"

namespace tomosweep {
namespace io {
namespace {

constexpr std::string_view blank = " \t\r\v\f";

/// One line `key = value`, for error messages too.
struct info_line {
    const std::string& path;
    index_t number;
    std::string key;  // in lower case
    std::string_view value;

    [[noreturn]] void refuse(const std::string& accepted) const {
        throw input_error(path, fmt::format("line {}, {}", number, key),
                          value.empty() ? std::string("nothing") : fmt::format("\"{}\"", value), accepted);
    }

    template <class Number>
    Number positive(const char* accepted) const {
        Number number_read{};
        const char* const end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, number_read);
        if (error != std::errc() || stop != end || !(number_read > 0))
            refuse(accepted);
        return number_read;
    }
};

byte_order order_of(const info_line& line) {
    const std::string value = lower(line.value);
    if (value != "lowbytefirst" && value != "highbytefirst")
        line.refuse("LOWBYTEFIRST or HIGHBYTEFIRST");
    return value == "lowbytefirst" ? byte_order::little : byte_order::big;
}

dtype type_of(const info_line& line) {
    struct spelling {
        const char* text;
        dtype type;
    };
    constexpr std::array spellings{spelling{"float", dtype::float32},
                                   spelling{"float32", dtype::float32},
                                   spelling{"floatvalue", dtype::float32},
                                   spelling{"uint8", dtype::uint8},
                                   spelling{"unsignedbyte", dtype::uint8},
                                   spelling{"uint16", dtype::uint16},
                                   spelling{"unsignedshort", dtype::uint16},
                                   spelling{"unsignedshortinteger", dtype::uint16},
                                   spelling{"int16", dtype::int16},
                                   spelling{"signedshort", dtype::int16},
                                   spelling{"signedshortinteger", dtype::int16}};
    for (const auto& [text, type] : spellings)
        if (lower(line.value) == text)
            return type;
    line.refuse("FloatValue, UnsignedByte, UnsignedShort or SignedShort");
}

void take(const info_line& line, vol_info& info) {
    constexpr const char* count = "a whole number of at least 1";
    if (line.key == "num_x")
        info.shape.x = line.positive<index_t>(count);
    else if (line.key == "num_y")
        info.shape.y = line.positive<index_t>(count);
    else if (line.key == "num_z")
        info.shape.z = line.positive<index_t>(count);
    else if (line.key == "voxelsize")
        info.voxel_size_um = line.positive<double>("the voxel size in um, above 0");
    else if (line.key == "byteorder")
        info.order = order_of(line);
    else if (line.key == "datatype" || line.key == "dtype")
        info.type = type_of(line);
}

/// The type of a file of `bytes` bytes whose info names none. Nothing that fits means float32, so that the error about
/// the length follows.
dtype type_by_length(const vol_info& info, index_t bytes) {
    // Counted in floating point: the numbers were not yet found to fit 63 bits.
    const double voxels =
        static_cast<double>(info.shape.z) * static_cast<double>(info.shape.y) * static_cast<double>(info.shape.x);
    for (const dtype type : {dtype::uint8, dtype::uint16})
        if (static_cast<double>(bytes) == voxels * static_cast<double>(bytes_per_voxel(type)))
            return type;
    return dtype::float32;
}

}  // namespace

vol_info parse_vol_info(const std::string& path, const std::string& text) {
    vol_info info;
    index_t number = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trimmed(rest.substr(0, end), blank);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        ++number;
        if (line.empty() || line.front() == '!' || line.front() == '#')
            continue;
        const std::size_t sign = line.find('=');
        if (sign == std::string_view::npos)
            throw input_error(path, fmt::format("line {}", number), fmt::format("\"{}\"", line), "key = value");
        const std::string_view value = line.substr(sign + 1);
        take({path, number, lower(trimmed(line.substr(0, sign), blank)),
              trimmed(value.substr(0, value.find('!')), blank)},
             info);
    }
    for (const auto& [key, length] :
         {std::pair{"NUM_X", info.shape.x}, {"NUM_Y", info.shape.y}, {"NUM_Z", info.shape.z}})
        if (length == 0)
            throw input_error(path, key, "no such line in the file", fmt::format("{} = number of voxels", key));
    return info;
}

}  // namespace io

std::unique_ptr<scan_source> open_vol(const vol_source& source) {
    constexpr index_t longest_info = 1 << 20;
    const std::string info_path = source.path + ".info";
    const io::vol_info info = io::parse_vol_info(info_path, io::read_text(info_path, longest_info));
    const dtype type = info.type.value_or(io::type_by_length(info, io::identify(source.path).bytes));
    return io::open_raw({source.path, info.shape, type, info.order, 0}, {info_path, info.voxel_size_um});
}

}  // namespace tomosweep
