#include "tomosweep/kernels/thickness.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "slab_painting.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/distance.hpp"

namespace tomosweep {
namespace {

/// Paints the layers [z_lo, z_hi) of the block.
void paint_slab(const painting& work, index_t z_lo, index_t z_hi, const run_sink& sink) {
    unpainted_slab slab(work.classes, work.phase, z_lo, z_hi);
    std::vector<painted_run> painted;
    if (work.max_radius_sq == unbounded_sq)
        slab.paint_rest(unbounded_sq, painted);
    else
        paint_balls(work, z_lo, z_hi, slab, painted, sink);
    // Every phase voxel has a ball of its own, if only of itself.
    slab.paint_rest(1, painted);
    if (!painted.empty())
        sink(painted);
}

/// Centres of a volume that is one block, by distances in memory at hand; nothing when one is too far for 16 bits.
template <distance_value Distance>
std::optional<ball_list> centres_of(view3<const class_t> classes, int phase, view3<Distance> distance) {
    const box3 box = whole(classes.extent());
    write_squared_distance(classes, phase, distance);
    const Distance largest = max_distance_sq(view3<const Distance>(distance));
    if (sizeof(Distance) == 2 && largest == too_far_sq<Distance>)
        return std::nullopt;
    return find_centres(view3<const Distance>(distance), box, box, largest);
}

/// By all threads.
template <distance_value Distance>
void clear(array3<Distance>& map) {
    const index_t layer = map.extent().y * map.extent().x;
#pragma omp parallel for schedule(static)
    for (index_t z = 0; z < map.extent().z; ++z)
        std::fill_n(map.data() + z * layer, layer, Distance{0});
}

}  // namespace

void paint_thickness(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                     std::span<const ball> others, const std::function<run_sink()>& make_sink) {
    const painting work(classes, phase, box, own, others);
    for_each_slab(classes.extent(), [&]() -> slab_worker {
        return [&work, sink = make_sink()](index_t z_lo, index_t z_hi) { paint_slab(work, z_lo, z_hi, sink); };
    });
}

template <distance_value Distance>
void paint_thickness_map(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                         std::span<const ball> others, view3<Distance> thickness) {
    const auto write = [thickness](std::span<const painted_run> runs) {
        for (const painted_run& run : runs) {
            Distance* const row = thickness.row(run.z, run.y) + run.x;
            const auto value = static_cast<Distance>(run.radius_sq);
            for (std::uint64_t voxels = run.voxels; voxels != 0; voxels &= voxels - 1)
                row[std::countr_zero(voxels)] = value;
        }
    };
    paint_thickness(classes, phase, box, own, others, [&]() -> run_sink { return write; });
}

template void paint_thickness_map(view3<const class_t>, int, const box3&, const ball_list&, std::span<const ball>,
                                  view3<distance_sq_t>);
template void paint_thickness_map(view3<const class_t>, int, const box3&, const ball_list&, std::span<const ball>,
                                  view3<short_distance_sq_t>);

array3<class_t> nothing_kept(view3<const class_t> classes) {
    const extent3 extent = classes.extent();
    array3<class_t> kept(extent);
#pragma omp parallel for schedule(static)
    for (index_t row = 0; row < extent.z * extent.y; ++row) {
        const class_t* const from = classes.row(row / extent.y, row % extent.y);
        std::transform(from, from + extent.x, kept.view().row(row / extent.y, row % extent.y),
                       [](class_t each) { return each == class_outside ? class_outside : class_background; });
    }
    return kept;
}

array3<distance_sq_t> local_thickness(view3<const class_t> classes, int phase) {
    array3<distance_sq_t> map(classes.extent());
    // Distances lie where the map will be: fresh memory costs more than the passes over it. In 16 bits if they fit.
    const view3<short_distance_sq_t> near(reinterpret_cast<short_distance_sq_t*>(map.data()), classes.extent());
    auto balls = centres_of(classes, phase, near);
    if (!balls)
        balls = centres_of(classes, phase, map.view());
    clear(map);
    paint_thickness_map(classes, phase, whole(classes.extent()), *balls, {}, map.view());
    return map;
}

std::optional<array3<short_distance_sq_t>> short_local_thickness(view3<const class_t> classes, int phase) {
    array3<short_distance_sq_t> map(classes.extent());
    const auto balls = centres_of(classes, phase, map.view());
    if (!balls)
        return std::nullopt;
    clear(map);
    paint_thickness_map(classes, phase, whole(classes.extent()), *balls, {}, map.view());
    return map;
}

}  // namespace tomosweep
