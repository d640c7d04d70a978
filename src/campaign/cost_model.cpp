#include "tomosweep/campaign/cost_model.hpp"

#include <algorithm>
#include <cmath>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/grid/domain.hpp"
#include "tomosweep/kernels/binning.hpp"
#include "tomosweep/ops/registration.hpp"

namespace tomosweep {
namespace {

constexpr double nano = 1e-9;

double voxels_of(const scan_load& scan) {
    return static_cast<double>(voxel_count(scan.volume));
}

extent3 largest_block(const extent3& volume, const extent3& grid) {
    const auto longest = [](index_t voxels, index_t parts) { return (voxels + parts - 1) / parts; };
    return {longest(volume.z, grid.z), longest(volume.y, grid.y), longest(volume.x, grid.x)};
}

/// Share of the volume in its largest block.
double largest_share(const extent3& volume, const extent3& grid) {
    return static_cast<double>(voxel_count(largest_block(volume, grid))) /
           static_cast<double>(std::max<index_t>(voxel_count(volume), 1));
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

/// What a scan takes while it is read.
double reading_bytes(const scan_load& scan, const cost_model& model) {
    const auto source = static_cast<double>(scan.source_voxels);
    const double converting = scan.source_type ? source * source_bytes(scan) : 0;
    return source * static_cast<double>(bytes_per_voxel(scan.type)) +
           std::max(converting, scan.filtered ? model.filter_bytes * source : 0);
}

double reading_seconds(const scan_load& scan, const cost_model& model) {
    return scan.readings * (static_cast<double>(scan.source_voxels) + ring_voxels(scan)) * source_bytes(scan) /
           model.read_bytes_per_s;
}

double preparing_ns(const scan_load& scan, const cost_model& model) {
    const auto source = static_cast<double>(scan.source_voxels);
    return (scan.filtered ? model.filter_ns * source : 0) +
           scan.readings * ((scan.toned ? model.tone_ns * source : 0) + model.ring_ns * ring_voxels(scan));
}

double speed_of(int ranks, int threads, const cost_model& model) {
    const double cores = static_cast<double>(ranks) * threads;
    return cores > 1 ? cores * model.parallel_share : 1;
}

/// Voxels of the second state that a block of the first one is interpolated from: the block with its halos.
double window_voxels(const pair_load& pair, int ranks) {
    constexpr index_t halo = 8;
    const extent3 block = largest_block(pair.from.volume, choose_grid(pair.from.volume, ranks));
    double voxels = 1;
    for (const axis direction : {axis::z, axis::y, axis::x})
        voxels *= static_cast<double>(std::min(along(block, direction) + 2 * halo, along(pair.to.volume, direction)));
    return voxels;
}

double cubes_of(const pair_load& pair) {
    const registration_effort effort;
    const auto cubes = [&](const extent3& volume) {
        const auto edge = static_cast<double>(binning_for(volume, effort.most_cubes));
        return static_cast<double>(voxel_count(volume)) / (edge * edge * edge);
    };
    return std::max(cubes(pair.from.volume), cubes(pair.to.volume));
}

}  // namespace

double peak_bytes(const scan_load& scan, const workload& work, const cost_model& model) {
    const auto source = static_cast<double>(scan.source_voxels);
    const double grey = source * static_cast<double>(bytes_per_voxel(scan.type));
    const double voxels = voxels_of(scan);
    const double reading = reading_bytes(scan, model);
    // Grey levels of 8 bits become the classes of the last chain.
    const auto phases = static_cast<double>(work.thresholds) / static_cast<double>(work.chains);
    const bool one_chain = work.chains == 1 && phases <= max_phases;
    const bool in_place = one_chain && !work.own_regions && bytes_per_voxel(scan.type) == 1;
    // Besides the classes, the mask of the phase and of the phase around it.
    const double classifying = grey + (in_place ? 0 : work.own_regions ? 3 : 1) * model.class_bytes * voxels;
    const double tables = (one_chain ? 0 : grey) + (model.class_bytes + model.table_bytes) * voxels;
    const double kept =
        work.thresholds > work.chains ? model.known_bytes + (work.limits > 0 ? model.kept_bytes : 0) : 0;
    const double widths =
        work.width ? (one_chain ? 0 : grey) + (model.class_bytes + model.width_bytes + kept) * voxels : 0;
    const double fields = work.field_bytes_per_voxel * voxels;
    return std::max({reading, classifying, tables + fields, widths + fields});
}

double bytes_per_rank(const scan_load& scan, int ranks, const workload& work, const cost_model& model) {
    const extent3 grid = choose_grid(scan.volume, ranks);
    cost_model cut = model;
    if (grid.z > 1) {
        cut.width_bytes += model.cut_bytes;
        cut.kept_bytes = 0;  // made when the distances are gone
    }
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
    const auto thresholds = static_cast<double>(work.thresholds), chains = static_cast<double>(work.chains);
    const double tables = std::min(chains * model.tables_ns + (thresholds - chains) * model.tables_phase_ns,
                                   chains * model.tables_most_ns);
    double per_voxel = chains * model.grey_ns + tables;
    if (work.width)
        per_voxel += chains * model.thickness_ns + (thresholds - chains) * model.thickness_again_ns +
                     thresholds * (model.distance_ns + model.balls_ns + (work.limits > 0 ? model.limits_ns : 0));
    const scan_traffic traffic = traffic_of(scan, ranks, work, model);
    scan_seconds seconds;
    seconds.reading = reading_seconds(scan, model);
    seconds.computing =
        nano * (preparing_ns(scan, model) + per_voxel * voxels_of(scan)) / speed_of(ranks, threads, model);
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

double bytes_per_rank(const pair_load& pair, int ranks, const workload& work, const cost_model& model) {
    const auto grey = [](const scan_load& scan) { return static_cast<double>(bytes_per_voxel(scan.type)); };
    const double from_share = largest_share(pair.from.volume, choose_grid(pair.from.volume, ranks));
    const double to_share = largest_share(pair.to.volume, choose_grid(pair.to.volume, ranks));
    const double voxels = from_share * voxels_of(pair.from), window = window_voxels(pair, ranks);
    const double mask = pair.masked ? 1 : 0, single = sizeof(float);
    const double from = voxels * (grey(pair.from) + mask);
    const double states = from + to_share * voxels_of(pair.to) * (grey(pair.to) + mask);
    const double reading = from + to_share * reading_bytes(pair.to, model);
    const double binning = states + model.cube_bytes * cubes_of(pair);
    // The window comes in two copies of what it is read from, then smoothed.
    const double registering =
        states + model.coarse_bytes * cubes_of(pair) + single * voxels + window * (2 * grey(pair.to) + single + mask);
    const double resampling = states + (single + 1) * voxels + window * (grey(pair.to) + single + mask);
    // The grey levels stay until the last phase has its classes, the mask of a phase while it is counted.
    const double limits = work.width && work.limits > 0 ? 2 * model.class_bytes : 0;
    const double kept =
        (work.chains > 1 ? grey(pair.from) + single + 1 : 0) + (work.own_regions ? model.class_bytes : 0);
    const double counting = voxels * (2 * model.class_bytes + limits + model.label_bytes + kept);
    return model.rank_bytes + std::max({reading, binning, registering, resampling, counting});
}

double seconds(const pair_load& pair, int ranks, int threads, const workload& work, const cost_model& model) {
    const auto thresholds = static_cast<double>(work.thresholds);
    const bool limited = work.width && work.limits > 0;
    const double points = thresholds * static_cast<double>(1 + (limited ? work.limits : 0));
    // Both states by themselves, and at each limit the clusters that were opened and closed, which are small.
    const double per_voxel =
        model.align_ns + 2 * (limited ? thresholds : 0) * (model.distance_ns + model.balls_ns + model.thickness_ns) +
        points * (2 * model.distance_ns + model.follow_ns * static_cast<double>(work.connectivities));
    const double computing =
        preparing_ns(pair.from, model) + preparing_ns(pair.to, model) + per_voxel * voxels_of(pair.from);
    return reading_seconds(pair.from, model) + reading_seconds(pair.to, model) +
           nano * computing / speed_of(ranks, threads, model);
}

}  // namespace tomosweep
