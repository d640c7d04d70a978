#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/phantom_job.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/io/phantom_interfaces.hpp"
#include "tomosweep/io/phantom_truth.hpp"
#include "tomosweep/io/scan_writer.hpp"

namespace tomosweep::app {
namespace {

namespace fs = std::filesystem;

scan_format format_of(const std::string& name) {
    if (name == "raw")
        return scan_format::raw;
    if (name == "tiff")
        return scan_format::tiff;
    if (name == "hdf5")
        return scan_format::hdf5;
    throw input_error("command line", "--format", "'" + name + "'", "tiff, raw or hdf5");
}

/// The source that a written scan becomes, its path relative to the job file beside it.
source_spec source_of(scan_format format, const std::string& file, const scan_source& scan) {
    switch (format) {
        case scan_format::raw: return raw_source{file, scan.extent(), scan.type(), byte_order::little, 0};
        case scan_format::tiff: return tiff_source{file};
        case scan_format::hdf5: break;
    }
    return hdf5_source{file, "/entry/data/data"};
}

void write_slabs(const scan_source& scan, scan_writer& writer) {
    constexpr index_t slab_voxels = index_t{1} << 26;
    const extent3 extent = scan.extent();
    const index_t layers = std::max<index_t>(1, slab_voxels / (extent.y * extent.x));
    for (index_t z = 0; z < extent.z; z += layers)
        writer.append(scan.read({{z, 0, 0}, {std::min(z + layers, extent.z), extent.y, extent.x}}));
    writer.finish();
}

void write_text(const fs::path& path, const std::string& text) {
    write_file_whole(path.string(), text);
}

/// One row per scan: what the geometry says, in the job's units.
std::string truth_row(const scan_spec& scan, const phantom_truth& truth) {
    const auto layers = static_cast<double>(truth.layer_plate_width.size());
    double width = 0;
    for (const double each : truth.layer_plate_width)
        width += each / layers;
    return fmt::format("{},{},{},{},{},{},{}\n", scan.id, truth.crack_fraction,
                       truth.crack_surface_per_volume / scan.voxel_size_um, width * scan.voxel_size_um,
                       truth.electrode_thickness * scan.voxel_size_um, truth.shell_fraction,
                       truth.bubble_volume * std::pow(scan.voxel_size_um, 3));
}

/// Heights of both interfaces over the middle of every column.
data_group interfaces_of(const scan_spec& scan, const phantom_source& spec) {
    const double edge = scan.voxel_size_um;
    std::vector<double> y_um, x_um, collector, separator, thickness;
    for (index_t y = 0; y < spec.shape.y; ++y)
        y_um.push_back((static_cast<double>(y) + 0.5) * edge);
    for (index_t x = 0; x < spec.shape.x; ++x)
        x_um.push_back((static_cast<double>(x) + 0.5) * edge);
    for (index_t y = 0; y < spec.shape.y; ++y)
        for (index_t x = 0; x < spec.shape.x; ++x) {
            const double v = static_cast<double>(y) + 0.5, u = static_cast<double>(x) + 0.5;
            collector.push_back(height_at(spec.stack->collector, spec.shape, v, u) * edge);
            separator.push_back(height_at(spec.stack->separator, spec.shape, v, u) * edge);
            thickness.push_back(separator.back() - collector.back());
        }
    data_group truth;
    truth.dimensions = {{"y", spec.shape.y}, {"x", spec.shape.x}};
    truth.variables = {
        {"y", {"y"}, y_um, "um", "middle of the voxel", {}},
        {"x", {"x"}, x_um, "um", "middle of the voxel", {}},
        {"collector_height_um", {"y", "x"}, collector, "um", "electrode over collector, from the first layer", {}},
        {"separator_height_um", {"y", "x"}, separator, "um", "separator over electrode, from the first layer", {}},
        {"electrode_thickness_um", {"y", "x"}, thickness, "um", "separator height less collector height", {}}};
    return truth;
}

std::string layer_rows(const scan_spec& scan, const phantom_truth& truth) {
    std::string rows;
    for (std::size_t z = 0; z < truth.layer_crack_fraction.size(); ++z)
        rows += fmt::format("{},{},{},{}\n", scan.id, z, truth.layer_crack_fraction[z],
                            truth.layer_plate_width[z] * scan.voxel_size_um);
    return rows;
}

}  // namespace

int phantom(const arguments& given) {
    command_syntax syntax{
        "tomosweep phantom SPEC.yaml -o DIR [--format tiff|raw|hdf5]",
        "Writes the phantom scans of a job as files, with their ground truth and a job file for them.",
        {"SPEC"}};
    syntax.named.add_options()("output,o", options::value<std::string>(), "folder to write to")(
        "format", options::value<std::string>()->default_value("tiff"), "tiff, raw or hdf5");
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const job_spec job = load_job(required(*values, syntax, "SPEC"));
    const fs::path folder = required(*values, syntax, "output");
    const std::string name = text_of(*values, "format");
    const scan_format format = format_of(name);
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure)
        throw resource_error("rights or space", folder.string() + " cannot be made: " + failure.message());

    std::vector<source_spec> sources;
    std::string truths =
        "scan,crack_fraction,crack_surface_per_volume_per_um,mean_plate_width_um,"
        "electrode_thickness_um,shell_fraction,bubble_volume_um3\n";
    std::string layers = "scan,layer,crack_fraction,plate_width_um\n";
    for (const scan_spec& scan : job.scans) {
        const auto* spec = std::get_if<phantom_source>(&scan.source);
        if (spec == nullptr)
            throw input_error(job.file, fmt::format("line {}: scan {}: source", scan.line, scan.id),
                              "a source that is no phantom", "source: {type: phantom, ...} for every scan");
        const auto source = open_source(scan.source);
        const std::string file = scan.id + (format == scan_format::raw    ? ".raw"
                                            : format == scan_format::tiff ? ".tif"
                                                                          : ".h5");
        write_slabs(*source,
                    *create_scan(format, (folder / file).string(),
                                 {source->extent(), source->type(), byte_order::little, false, scan.voxel_size_um}));
        sources.push_back(source_of(format, file, *source));
        const phantom_truth truth = truth_of(*spec);
        truths += truth_row(scan, truth);
        layers += layer_rows(scan, truth);
        if (spec->stack)
            write_netcdf((folder / ("truth-interfaces-" + scan.id + ".h5")).string(), interfaces_of(scan, *spec));
        fmt::print("{}\n", (folder / file).string());
    }
    write_text(folder / "truth.csv", truths);
    write_text(folder / "truth-layers.csv", layers);
    write_text(folder / "job.yaml", job_with_sources(job, sources));
    fmt::print("{}\n", (folder / "job.yaml").string());
    return all_done;
}

}  // namespace tomosweep::app
