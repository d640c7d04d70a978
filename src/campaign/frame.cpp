#include "tomosweep/campaign/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

std::string text_of(const extent3& extent) {
    return fmt::format("{} x {} x {}", extent.z, extent.y, extent.x);
}

/// Axes that the user left out span the whole source.
box3 region_of(const scan_spec& scan, const extent3& source) {
    box3 box = scan.region.box.box;
    for (const axis direction : {axis::z, axis::y, axis::x})
        if (along(box.hi, direction) < 0)
            along(box.hi, direction) = along(source, direction);
    return box;
}

std::string text_of(const box3& box) {
    return fmt::format("z [{}, {}) y [{}, {}) x [{}, {})", box.lo.z, box.hi.z, box.lo.y, box.hi.y, box.lo.x, box.hi.x);
}

}  // namespace

scan_frame frame_of(const scan_spec& scan, const extent3& source_extent, dtype type, const std::string& job_file) {
    const box3 region = region_of(scan, source_extent);
    const auto place = fmt::format("line {}: scan {}: region", scan.line, scan.id);
    if (region.empty() || intersection(region, whole(source_extent)) != region)
        throw input_error(job_file, place, text_of(region),
                          "a box that holds voxels, inside the scan's " + text_of(source_extent));
    const index_t edge = scan.preprocess.binning;
    const extent3 extent = region.extent();
    const extent3 volume{extent.z / edge, extent.y / edge, extent.x / edge};
    if (voxel_count(volume) == 0)
        throw input_error(job_file, place, text_of(extent) + fmt::format(" voxels, binned by {}", edge),
                          "at least one whole cube of the binning along every axis");
    constexpr double longest_sq = 2147483647.0;
    const auto z = static_cast<double>(volume.z), y = static_cast<double>(volume.y), x = static_cast<double>(volume.x);
    if (z * z + y * y + x * x > longest_sq)
        throw input_error(job_file, place, text_of(volume) + " voxels",
                          "a volume whose diagonal is shorter than 46340 voxels");
    return {source_extent, type, region, volume, scan.voxel_size_um * static_cast<double>(edge)};
}

cylinder in_volume(cylinder shape, const scan_frame& frame, index_t binning) {
    const auto edge = static_cast<double>(binning);
    std::size_t i = 0;
    for (const axis direction : {axis::z, axis::y, axis::x})
        if (direction != shape.direction) {
            shape.center[i] = (shape.center[i] - static_cast<double>(along(frame.region.lo, direction))) / edge;
            ++i;
        }
    shape.radius /= edge;
    return shape;
}

double depth_extent_um(const scan_frame& frame, const depth_spec& depth) {
    return static_cast<double>(along(frame.volume, depth.direction)) * frame.voxel_size_um;
}

depth_bins bins_of(const scan_frame& frame, const depth_spec& depth, double campaign_extent_um) {
    const index_t layers = along(frame.volume, depth.direction);
    depth_bins bins{depth.direction, std::vector<std::int32_t>(static_cast<std::size_t>(layers)),
                    static_cast<std::int32_t>(depth.bins)};
    const double bin_um = campaign_extent_um / static_cast<double>(depth.bins);
    for (index_t layer = 0; layer < layers; ++layer) {
        const index_t from_start = depth.from_separator ? layers - 1 - layer : layer;
        const double centre_um = (static_cast<double>(from_start) + 0.5) * frame.voxel_size_um;
        bins.bin_of_layer[static_cast<std::size_t>(layer)] =
            std::min(static_cast<std::int32_t>(centre_um / bin_um), bins.count - 1);
    }
    return bins;
}

}  // namespace tomosweep
