#include "tomosweep/campaign/cost_model.hpp"

#include <algorithm>
#include <cmath>

#include "tomosweep/grid/domain.hpp"

namespace tomosweep {
namespace {

constexpr double nano = 1e-9;

double voxels_of(const scan_load& scan) {
    return static_cast<double>(voxel_count(scan.volume));
}

/// Share of the volume in its largest block.
double largest_share(const extent3& volume, const extent3& grid) {
    const auto longest = [](index_t voxels, index_t parts) { return (voxels + parts - 1) / parts; };
    const extent3 block{longest(volume.z, grid.z), longest(volume.y, grid.y), longest(volume.x, grid.x)};
    return static_cast<double>(voxel_count(block)) / static_cast<double>(std::max<index_t>(voxel_count(volume), 1));
}

/// Voxels of the largest plane along which the volume is cut.
double largest_cut(const extent3& volume, const extent3& grid) {
    double most = 0;
    for (const axis direction : {axis::z, axis::y, axis::x})
        if (along(grid, direction) > 1)
            most = std::max(most,
                            static_cast<double>(voxel_count(volume)) / static_cast<double>(along(volume, direction)));
    return most;
}

double source_bytes(const scan_load& scan) {
    return static_cast<double>(bytes_per_voxel(scan.source_type.value_or(scan.type)));
}

double ring_voxels(const scan_load& scan) {
    return static_cast<double>(scan.ring_slices) * static_cast<double>(scan.ring_slice_voxels);
}

/// A slice in work, and the profiles of all slices three times while they travel.
double ring_bytes(const scan_load& scan, const cost_model& model) {
    const auto slice = static_cast<double>(scan.ring_slice_voxels);
    return slice * (source_bytes(scan) + model.ring_bytes) +
           3 * sizeof(double) * static_cast<double>(scan.ring_slices) * std::sqrt(slice);
}

}  // namespace

double peak_bytes(const scan_load& scan, const workload& work, const cost_model& model) {
    const auto source = static_cast<double>(scan.source_voxels);
    const double grey = source * static_cast<double>(bytes_per_voxel(scan.type));
    const double voxels = voxels_of(scan);
    const double converting = scan.source_type ? source * source_bytes(scan) : 0;
    const double reading = grey + std::max(converting, scan.filtered ? model.filter_bytes * source : 0);
    // Besides the classes, the mask of the phase and of the phase around it.
    const double classifying = grey + (work.own_regions ? 3 : 1) * model.class_bytes * voxels;
    const double tables = (model.class_bytes + model.table_bytes) * voxels;
    const double widths = work.width ? (model.class_bytes + model.width_bytes) * voxels : 0;
    const double fields = work.field_bytes_per_voxel * voxels;
    return std::max({reading, classifying, tables + fields, widths + fields});
}

double bytes_per_rank(const scan_load& scan, int ranks, const workload& work, const cost_model& model) {
    const extent3 grid = choose_grid(scan.volume, ranks);
    cost_model cut = model;
    if (grid.z > 1)
        cut.width_bytes += model.cut_bytes;
    const double share = largest_share(scan.volume, grid), block = share * peak_bytes(scan, work, cut);
    const double own = model.rank_bytes + ring_bytes(scan, model);
    if (ranks == 1)
        return own + block;
    // Two boxes that are joined have at most four faces as large as the largest cut.
    const double trees = 4 * model.tree_face_bytes * largest_cut(scan.volume, grid);
    const double joining = share * voxels_of(scan) * model.class_bytes + trees;
    return own + std::max(block * (1 + model.halo_share), joining);
}

scan_traffic traffic_of(const scan_load& scan, int ranks, const workload& work, const cost_model& model) {
    return predict_traffic(scan.volume, choose_grid(scan.volume, ranks), scan.type, work, model.texture);
}

scan_seconds seconds_of(const scan_load& scan, int ranks, int threads, const workload& work, const cost_model& model) {
    const double cores = static_cast<double>(ranks) * threads;
    const double speed = cores > 1 ? cores * model.parallel_share : 1;
    const auto source = static_cast<double>(scan.source_voxels);
    const auto thresholds = static_cast<double>(work.thresholds), chains = static_cast<double>(work.chains);
    double per_voxel = chains * (model.grey_ns + model.tables_ns) + model.tables_phase_ns * (thresholds - chains);
    if (work.width)
        per_voxel += thresholds * (model.distance_ns + model.balls_ns + model.thickness_ns +
                                   (work.limits > 0 ? model.limits_ns : 0));
    const scan_traffic traffic = traffic_of(scan, ranks, work, model);
    scan_seconds seconds;
    const double readings = scan.readings;
    const double preparing = (scan.filtered ? model.filter_ns * source : 0) +
                             readings * ((scan.toned ? model.tone_ns * source : 0) + model.ring_ns * ring_voxels(scan));
    seconds.reading = readings * (source + ring_voxels(scan)) * source_bytes(scan) / model.read_bytes_per_s;
    seconds.computing = nano * (preparing + per_voxel * voxels_of(scan)) / speed;
    seconds.joining = nano * model.join_ns * traffic.joined_face_voxels;
    double received = 0;
    for (const step_traffic& step : traffic.steps)
        received += std::max(step.most_bytes_sent, step.most_bytes_received);
    seconds.sending = received / model.network_bytes_per_s;
    seconds.waiting = traffic.reductions * model.reduction_seconds * std::log2(static_cast<double>(ranks)) +
                      traffic.all_to_alls * model.message_seconds * (ranks - 1);
    return seconds;
}

double seconds(const scan_load& scan, int ranks, int threads, const workload& work, const cost_model& model) {
    return seconds_of(scan, ranks, threads, work, model).all();
}

}  // namespace tomosweep
