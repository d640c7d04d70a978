#include "tomosweep/campaign/cost_model.hpp"

#include <algorithm>

#include "tomosweep/grid/domain.hpp"

namespace tomosweep {
namespace {

double voxels_of(const scan_load& scan) {
    return static_cast<double>(voxel_count(scan.volume));
}

/// Share of the volume in its largest block.
double largest_share(const extent3& volume, int ranks) {
    const extent3 grid = choose_grid(volume, ranks);
    const auto longest = [](index_t voxels, index_t parts) { return (voxels + parts - 1) / parts; };
    const extent3 block{longest(volume.z, grid.z), longest(volume.y, grid.y), longest(volume.x, grid.x)};
    return static_cast<double>(voxel_count(block)) / static_cast<double>(std::max<index_t>(voxel_count(volume), 1));
}

}  // namespace

double peak_bytes(const scan_load& scan, const workload& work, const cost_model& model) {
    const auto source = static_cast<double>(scan.source_voxels);
    const double grey = source * static_cast<double>(bytes_per_voxel(scan.type));
    const double voxels = voxels_of(scan);
    const double reading = grey + (scan.filtered ? model.filter_bytes * source : 0);
    const double classifying = grey + model.class_bytes * voxels;
    const double tables = (model.class_bytes + model.table_bytes) * voxels;
    const double widths = work.width ? (model.class_bytes + model.width_bytes) * voxels : 0;
    const double fields = work.field_bytes_per_voxel * voxels;
    return std::max({reading, classifying, tables + fields, widths + fields});
}

double bytes_per_rank(const scan_load& scan, int ranks, const workload& work, const cost_model& model) {
    const double block = peak_bytes(scan, work, model) * largest_share(scan.volume, ranks);
    return model.rank_bytes + block * (ranks > 1 ? 1 + model.halo_share : 1);
}

index_t face_voxels(const extent3& volume, int ranks) {
    const extent3 grid = choose_grid(volume, ranks);
    return (grid.z - 1) * volume.y * volume.x + (grid.y - 1) * volume.z * volume.x + (grid.x - 1) * volume.z * volume.y;
}

double exchanged_bytes(const scan_load& scan, int ranks, const workload& work, const cost_model& model) {
    const double widths = work.width ? model.width_face_bytes * static_cast<double>(work.thresholds) : 0;
    return static_cast<double>(face_voxels(scan.volume, ranks)) * (model.table_face_bytes + widths);
}

double seconds(const scan_load& scan, int ranks, int threads, const workload& work, const cost_model& model) {
    const double cores = static_cast<double>(ranks) * threads;
    const double speed = cores > 1 ? cores * model.parallel_share : 1;
    const auto source = static_cast<double>(scan.source_voxels);
    const double reading = source * static_cast<double>(bytes_per_voxel(scan.type)) / model.read_bytes_per_s;
    const double filtering = scan.filtered ? source / model.filter_voxels_per_s : 0;
    const double tables = voxels_of(scan) / model.table_voxels_per_s;
    const double widths =
        work.width ? voxels_of(scan) * static_cast<double>(work.thresholds) / model.width_voxels_per_s : 0;
    const double network = exchanged_bytes(scan, ranks, work, model) / (model.network_bytes_per_s * ranks);
    return reading + (filtering + tables + widths) / speed + network;
}

}  // namespace tomosweep
