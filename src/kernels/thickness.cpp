#include "tomosweep/kernels/thickness.hpp"

#include <omp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>

#include "first_failure.hpp"
#include "painter.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/distance.hpp"

namespace tomosweep {
namespace {

constexpr std::size_t portion = 4096;

/// Everything that is the same for all slabs.
struct painting {
    view3<const class_t> classes;
    int phase;
    index3 origin;
    const ball_list& own;
    std::span<const ball> others;
    distance_sq_t max_radius_sq = 0;
    index_t reach = 0;
};

/// Calls visit(ball) for the balls whose parts reach the layers [z_lo, z_hi) of the whole volume.
template <class Visit>
void for_each_reaching(const painting& work, index_t z_lo, index_t z_hi, const Visit& visit) {
    const auto visit_if_reaching = [&](const ball& one) {
        const auto off = std::max<index_t>({z_lo - one.z, one.z - (z_hi - 1), 0});
        if (off * off < static_cast<index_t>(one.radius_sq))
            visit(one);
    };
    work.own.for_each(z_lo - work.reach, z_hi + work.reach, visit_if_reaching);
    std::ranges::for_each(work.others, visit_if_reaching);
}

/// The balls that reach the layers [z_lo, z_hi) of the whole volume, largest first, otherwise in the given order.
/// Counts by squared radius unless there are more radii than balls.
std::vector<ball> balls_for(const painting& work, index_t z_lo, index_t z_hi) {
    std::vector<ball> sorted;
    if (work.max_radius_sq > containment_tables::largest) {
        for_each_reaching(work, z_lo, z_hi, [&](const ball& one) { sorted.push_back(one); });
        std::ranges::stable_sort(sorted, std::ranges::greater(), &ball::radius_sq);
        return sorted;
    }
    std::vector<std::size_t> place(static_cast<std::size_t>(work.max_radius_sq) + 2, 0);
    for_each_reaching(work, z_lo, z_hi, [&](const ball& one) { ++place[work.max_radius_sq - one.radius_sq + 1]; });
    std::partial_sum(place.begin(), place.end(), place.begin());
    sorted.resize(place.back());
    for_each_reaching(work, z_lo, z_hi,
                      [&](const ball& one) { sorted[place[work.max_radius_sq - one.radius_sq]++] = one; });
    return sorted;
}

/// Paints the layers [z_lo, z_hi) of the block.
void paint_slab(const painting& work, index_t z_lo, index_t z_hi, const run_sink& sink) {
    unpainted_slab slab(work.classes, work.phase, z_lo, z_hi);
    std::vector<painted_run> painted;
    ball_shape shape;
    if (work.max_radius_sq == unbounded_sq)
        slab.paint_rest(unbounded_sq, painted);
    else
        for (const ball& one : balls_for(work, work.origin.z + z_lo, work.origin.z + z_hi)) {
            if (slab.all_painted())
                break;
            if (one.radius_sq != shape.radius_sq())
                shape.take(one.radius_sq);
            const index3 centre = index3{one.z, one.y, one.x} - work.origin;
            slab.paint(shape, centre, box_of_part(static_cast<part_code>(one.part), one.radius_sq), painted);
            if (painted.size() >= portion) {
                sink(painted);
                painted.clear();
            }
        }
    // Every phase voxel has a ball of its own, if only of itself.
    slab.paint_rest(1, painted);
    if (!painted.empty())
        sink(painted);
}

/// Layers per slab: its bitmap stays in a core's cache and every thread finds work.
index_t slab_layers(const extent3& extent, index_t threads) {
    constexpr index_t bitmap_bits = index_t{8} << 20;
    const index_t fitting = bitmap_bits / std::max<index_t>(extent.y * extent.x, 1);
    const index_t shared = (extent.z + threads - 1) / threads;
    return std::max<index_t>(std::min(std::max<index_t>(fitting, 16), shared), 1);
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
    painting work{classes, phase, box.lo, own, others, own.largest_sq()};
    for (const ball& one : others)
        work.max_radius_sq = std::max(work.max_radius_sq, one.radius_sq);
    work.reach = static_cast<index_t>(std::sqrt(static_cast<double>(work.max_radius_sq))) + 1;

    const index_t layers = classes.extent().z;
    const index_t step = slab_layers(classes.extent(), omp_get_max_threads());
    first_failure failure;
#pragma omp parallel
    {
        run_sink sink;
#pragma omp critical(tomosweep_make_sink)
        failure.guard([&] { sink = make_sink(); });
#pragma omp for schedule(dynamic)
        for (index_t z = 0; z < layers; z += step)
            failure.guard([&] { paint_slab(work, z, std::min(z + step, layers), sink); });
    }
    failure.rethrow();
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
