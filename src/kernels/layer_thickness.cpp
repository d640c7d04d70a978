#include "tomosweep/kernels/layer_thickness.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>

#include "first_failure.hpp"
#include "tomosweep/kernels/centres.hpp"
#include "tomosweep/kernels/distance.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep {
namespace {

using radius_counts = std::map<distance_sq_t, std::int64_t>;

/// Disks of a layer: the balls of a volume that is one layer deep. Nothing when a distance is too far for the type.
template <distance_value Distance>
std::optional<ball_list> disks_of(view3<const class_t> layer, int phase, const containment_tables& tables) {
    array3<Distance> distance(layer.extent());
    distance_in_layers(layer, phase, {}, distance.view());
    clear_outside_phase(layer, phase, distance.view());
    const view3<const Distance> found = distance.view();
    if (max_distance_sq(found) == too_far_sq<Distance>)
        return std::nullopt;
    const box3 box = whole(layer.extent());
    ball_list disks(box);
    add_centres(found, box, box, tables, disks);
    return disks;
}

void count_layer(view3<const class_t> layer, int phase, const containment_tables& tables, radius_counts& counts) {
    const box3 box = whole(layer.extent());
    auto disks = disks_of<short_distance_sq_t>(layer, phase, tables);
    if (!disks)
        disks = disks_of<distance_sq_t>(layer, phase, tables);
    if (!disks)
        disks = endless_ball(layer, box, [phase](class_t each) { return each <= phase; });
    // A single layer is painted by a single thread.
    paint_thickness(layer, phase, box, *disks, {}, [&]() -> run_sink {
        return [&counts](std::span<const painted_run> runs) {
            auto of_radius = counts.end();
            for (const painted_run& run : runs) {
                if (of_radius == counts.end() || of_radius->first != run.radius_sq)
                    of_radius = counts.try_emplace(run.radius_sq, 0).first;
                of_radius->second += std::popcount(run.voxels);
            }
        };
    });
}

}  // namespace

thickness_table thickness_in_layers(view3<const class_t> classes, int phase) {
    const extent3 extent = classes.extent();
    if (voxel_count(extent) == 0)
        return {};
    // Of disks that are larger the tables would cost more than the disks that they save.
    const index_t farthest_sq = std::min<index_t>(extent.y * extent.y + extent.x * extent.x, 0xFFFF);
    const containment_tables tables(static_cast<distance_sq_t>(farthest_sq));
    radius_counts counts;
    first_failure failure;
#pragma omp parallel if (extent.z > 1)
    {
        radius_counts of_thread;
#pragma omp for schedule(dynamic)
        for (index_t z = 0; z < extent.z; ++z)
            failure.guard([&] {
                count_layer(classes.part({{z, 0, 0}, {z + 1, extent.y, extent.x}}), phase, tables, of_thread);
            });
#pragma omp critical(tomosweep_layer_thickness)
        failure.guard([&] {
            for (const auto& [radius_sq, voxels] : of_thread)
                counts[radius_sq] += voxels;
        });
    }
    failure.rethrow();
    thickness_table table;
    for (const auto& [radius_sq, voxels] : counts)
        table.push_back({radius_sq, 0, voxels});
    return table;
}

}  // namespace tomosweep
