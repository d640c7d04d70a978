#include "sample_archive.hpp"

#include <unistd.h>

#include <bit>
#include <filesystem>
#include <limits>

namespace tomosweep::test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

variable coordinate(const std::string& name, variable_values values, const std::string& units) {
    return {name, {name}, std::move(values), units, name + " of the point", {}};
}

std::vector<double> ramp(std::size_t count, double first) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = first + 0.1 * static_cast<double>(i);
    return values;
}

std::vector<variable> figures(double first) {
    const std::vector<std::string> point{"scan", "threshold", "resolution_limit"};
    std::vector<std::string> connected = point;
    connected.push_back("connectivity");
    std::vector<std::string> profile = point;
    profile.push_back("depth");
    std::vector<double> width = ramp(6, first);
    width[4] = nan;
    return {{"threshold_grey", {"scan", "threshold"}, std::vector<double>{80, 90, 100.5}, "1", "grey level used", {}},
            {"status", point, std::vector<std::int32_t>{0, 0, 0, 0, 2, 0}, "1", "0 = good", {}},
            {"phase_voxels", point, std::vector<std::int64_t>{1, 2, 3, 4, 5, std::int64_t{1} << 40}, "1", "voxels", {}},
            {"mean_width_um", point, width, "um", "mean width", {{"method", std::string("local thickness")}}},
            {"euler_number", connected, std::vector<std::int64_t>(12, -7), "1", "Euler number", {}},
            {"depth_volume_fraction", profile, ramp(24, first), "1", "profile", {}}};
}

data_group phase(const std::string& name, double first) {
    data_group group;
    group.name = name;
    group.variables = figures(first);
    group.attributes = {{"where", std::string("below")}};
    return group;
}

data_group tables(const std::string& scan) {
    data_group entry;
    entry.name = scan;
    entry.dimensions = {{"entry", 20000}, {"none", 0}};
    entry.variables = {{"radius_sq", {"entry"}, std::vector<std::int64_t>(20000, 5), "voxel^2", "squared radius", {}},
                       {"grey", {"class", "entry"}, std::vector<std::uint8_t>(80000, 9), "1", "grey", {}},
                       {"nothing", {"none"}, std::vector<double>{}, "1", "an empty table", {}}};
    data_group group;
    group.name = "tables";
    group.groups = {entry};
    return group;
}

data_group process(const std::string& scan) {
    data_group entry;
    entry.name = scan;
    for (int i = 0; i < 20; ++i)
        entry.attributes.push_back({"fact_" + std::to_string(19 - i), std::int64_t{i}});
    entry.attributes.push_back({"job", std::string(100000, 'y')});
    entry.attributes.push_back({"nothing", std::string()});
    entry.variables = {{"seconds", {}, std::vector<double>{1.5}, "s", "time taken", {}}};
    data_group group;
    group.name = "process";
    group.groups = {entry};
    return group;
}

bool same_values(const variable_values& a, const variable_values& b) {
    if (!std::holds_alternative<std::vector<double>>(a) || a.index() != b.index())
        return a == b;
    const auto& x = std::get<std::vector<double>>(a);
    const auto& y = std::get<std::vector<double>>(b);
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](double p, double q) {
        return std::bit_cast<std::uint64_t>(p) == std::bit_cast<std::uint64_t>(q);
    });
}

bool same_variable(const variable& a, const variable& b) {
    return a.name == b.name && a.dimensions == b.dimensions && a.units == b.units && a.long_name == b.long_name &&
           a.attributes == b.attributes && same_values(a.values, b.values);
}

}  // namespace

data_group sample_shard(const std::string& scan, std::int64_t cycle) {
    data_group root;
    root.dimensions = {{"scan", 1},         {"threshold", 3}, {"resolution_limit", 2},
                       {"connectivity", 2}, {"depth", 4},     {"class", 4}};
    root.attributes = {{"title", std::string("campaign of cracks, \xC2\xB5m")},
                       {"voxels", std::int64_t{1} << 50},
                       {"scale", 0.1},
                       {"content_key", "key of " + scan}};
    // The first figure stands before its coordinates, as a caller may well do.
    root.variables = {{"voxel_size_um", {"scan"}, std::vector<double>{0.16}, "um", "edge of a voxel", {}},
                      coordinate("scan", std::vector<std::string>{scan}, ""),
                      coordinate("threshold", std::vector<double>{80, 90, 100}, "1"),
                      coordinate("resolution_limit", std::vector<double>{0, 0.64}, "um"),
                      coordinate("connectivity", std::vector<std::int32_t>{6, 26}, "1"),
                      coordinate("depth", ramp(4, 0.5), "um"),
                      {"sample",
                       {"scan"},
                       std::vector<std::string>{"r\xC3\xA9"
                                                "f, \"one\""},
                       "",
                       "sample",
                       {}},
                      {"step", {"scan"}, std::vector<std::string>{""}, "", "step", {}},
                      {"cycle", {"scan"}, std::vector<std::int64_t>{cycle}, "1", "cycle", {}},
                      {"time_h", {"scan"}, std::vector<double>{nan}, "h", "time", {}}};
    for (variable& figure : figures(static_cast<double>(cycle)))
        root.variables.push_back(std::move(figure));
    root.groups = {phase("crack", 1.0 / 3.0), phase("binder", 2.0), tables(scan), process(scan)};
    return root;
}

bool same(const data_group& a, const data_group& b) {
    return a.name == b.name && a.dimensions == b.dimensions && a.attributes == b.attributes &&
           std::equal(a.variables.begin(), a.variables.end(), b.variables.begin(), b.variables.end(), same_variable) &&
           std::equal(a.groups.begin(), a.groups.end(), b.groups.begin(), b.groups.end(), same);
}

temporary_folder::temporary_folder(const std::string& name)
    : path_((std::filesystem::temp_directory_path() / ("tomosweep-" + name + "-" + std::to_string(::getpid())))
                .string()) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace tomosweep::test
