#pragma once

#include <cstdint>
#include <string_view>

/// Names that stand in the files themselves and are written in one place only.
namespace tomosweep::schema {

/// Root attribute by which netCDF-C knows its files, and what tomosweep puts there besides versions.
inline constexpr const char* properties = "_NCProperties";
inline constexpr const char* mark = "tomosweep=1";

/// netCDF's own attributes and the scale name of a dimension without coordinate, to be followed by its length in 10
/// columns.
inline constexpr const char* dimension_number = "_Netcdf4Dimid";
inline constexpr const char* axis_numbers = "_Netcdf4Coordinates";
inline constexpr const char* bare_dimension = "This is a netCDF dimension but not a netCDF variable.";

inline constexpr const char* units = "units";
inline constexpr const char* long_name = "long_name";
inline constexpr const char* fill_value = "_FillValue";
/// XXH3 of 128 bits over a variable's values, or over what a group says for itself.
inline constexpr const char* checksum = "xxh3_128";

/// Counts up with every change of the files that a reader must know of; see docs/archive.md.
inline constexpr const char* version_attribute = "schema_version";
inline constexpr std::int64_t version = 3;

/// Dimensions of a point of the sweep.
inline constexpr const char* scan = "scan";
inline constexpr const char* pair = "pair";
inline constexpr const char* threshold = "threshold";
inline constexpr const char* resolution_limit = "resolution_limit";
inline constexpr const char* connectivity = "connectivity";

/// Group of the volumes; it is read voxel by voxel or not at all, never as part of a data_group.
inline constexpr const char* fields = "fields";

/// Group of what changed between pairs of scans, in the archive of a campaign only.
inline constexpr const char* changes = "changes";

/// Attributes that the writer makes itself.
inline constexpr bool reserved(std::string_view name) {
    for (const std::string_view own :
         {std::string_view(properties), std::string_view(dimension_number), std::string_view(axis_numbers),
          std::string_view(units), std::string_view(long_name), std::string_view(fill_value),
          std::string_view(checksum), std::string_view("CLASS"), std::string_view("NAME"),
          std::string_view("REFERENCE_LIST"), std::string_view("DIMENSION_LIST")})
        if (name == own)
            return true;
    return false;
}

}  // namespace tomosweep::schema
