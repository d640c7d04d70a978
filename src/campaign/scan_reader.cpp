#include "tomosweep/campaign/scan_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tomosweep/campaign/grey_reader.hpp"
#include "tomosweep/campaign/region_reader.hpp"
#include "tomosweep/campaign/source_reader.hpp"
#include "tomosweep/campaign/study_reader.hpp"
#include "tomosweep/kernels/median.hpp"

namespace tomosweep {
namespace {

void read_preprocess(const std::vector<yaml_value>& layers, scan_spec& scan) {
    const yaml_map map(layers, {"gaussian_sigma", "median_radius", "binning", "rings", "normalise", "grey_window"});
    map.read("gaussian_sigma", scan.preprocess.gaussian_sigma, number_range{0, 100});
    map.read("median_radius", scan.preprocess.median_radius, {0, largest_median_radius});
    map.read("binning", scan.preprocess.binning, {1, 16});
    scan.grey = read_grey(map);
}

/// One length; three equal ones are the same thing said thrice.
double read_voxel_size(const yaml_value& value) {
    if (!value.is_list())
        return value.number(length_um).value_or(1);
    const auto sizes = value.numbers(length_um);
    if (!sizes)
        return 1;
    if (sizes->size() == 3 && sizes->front() == (*sizes)[1] && sizes->front() == (*sizes)[2])
        return sizes->front();
    value.refuse(fmt::format("{} voxel sizes that are not one", sizes->size()),
                 "one edge length in um: voxels must be cubes; resample anisotropic scans to cubes first");
    return 1;
}

void read_labels(const yaml_map& map, scan_spec& scan) {
    map.read("sample", scan.sample);
    if (const auto cycle = map.find("cycle"))
        scan.cycle = cycle->integer({.low = 0});
    if (const auto step = map.find("step"))
        scan.step = step->choice<std::string>(
                            {{"pristine", "pristine"}, {"lithiation", "lithiation"}, {"delithiation", "delithiation"}})
                        .value_or("");
    if (const auto capacity = map.find("capacity_mAh_per_g"))
        scan.capacity_mAh_per_g = capacity->number();
    if (const auto time = map.find("time_h"))
        scan.time_h = time->number();
    read_study_keys(map, scan);
}

std::vector<misplaced_key> misplaced_in_scan() {
    return {{"threshold", "thresholds stand in the sweep file, or in a phase of `phases:`"},
            {"phase", "`phase:` at the top of the job: all scans share it"},
            {"phases", "`phases:` at the top of the job: all scans share them"},
            {"depth", "`depth:` at the top of the job: all scans share it"},
            {"path", "`source: {type: ..., path: ...}`"},
            {"type", "`source: {type: ..., path: ...}`"},
            {"voxel_size", "`voxel_size_um:`, in micrometres"},
            {"capacity", "`capacity_mAh_per_g:`"},
            {"time", "`time_h:`, in hours"},
            {"<<", "no merge keys; put what scans share into `defaults:`"}};
}

}  // namespace

std::vector<std::string_view> scan_keys() {
    return {"id",     "sample",        "cycle",  "step",   "capacity_mAh_per_g", "scale",         "thickness_um",
            "time_h", "voxel_size_um", "source", "region", "preprocess",         "field_area_um2"};
}

std::optional<std::string> read_name(const yaml_value& value) {
    constexpr auto accepted =
        "letters, digits, '.', '_' and '-' (at most 120, the first one a letter, a digit or '_'): it names files and "
        "netCDF objects";
    auto name = value.text(accepted);
    if (!name)
        return std::nullopt;
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const bool safe =
        std::all_of(name->begin(), name->end(), [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
    if (safe && name->size() <= 120 && (plain(name->front()) || name->front() == '_'))
        return name;
    value.refuse(accepted);
    return std::nullopt;
}

scan_spec read_scan(const std::vector<yaml_value>& layers, const std::filesystem::path& folder) {
    scan_spec scan;
    scan.line = layers.front().line();
    const yaml_map map(layers, scan_keys(), misplaced_in_scan());
    if (const auto id = map.need("id", "a unique name, such as ref-c01"))
        scan.id = read_name(*id).value_or("");
    read_labels(map, scan);
    if (const auto size = map.need("voxel_size_um", "the edge of a voxel in um"))
        scan.voxel_size_um = read_voxel_size(*size);
    if (const auto source = map.all("source"); !source.empty())
        scan.source = read_source(source, folder).value_or(source_spec());
    else
        map.need("source", "{type: raw | tiff | hdf5 | vol | phantom, ...}");
    if (const auto region = map.all("region"); !region.empty())
        scan.region = read_region(region, folder);
    if (const auto preprocess = map.all("preprocess"); !preprocess.empty())
        read_preprocess(preprocess, scan);
    return scan;
}

}  // namespace tomosweep
