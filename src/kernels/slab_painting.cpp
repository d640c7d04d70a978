#include "slab_painting.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "first_failure.hpp"

namespace tomosweep {
namespace {

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

/// Layers per slab: its bitmap stays in a core's cache and every thread finds work.
index_t slab_layers(const extent3& extent, index_t threads) {
    constexpr index_t bitmap_bits = index_t{8} << 20;
    const index_t fitting = bitmap_bits / std::max<index_t>(extent.y * extent.x, 1);
    const index_t shared = (extent.z + threads - 1) / threads;
    return std::max<index_t>(std::min(std::max<index_t>(fitting, 16), shared), 1);
}

}  // namespace

painting::painting(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                   std::span<const ball> others)
    : classes(classes), phase(phase), origin(box.lo), own(own), others(others), max_radius_sq(own.largest_sq()) {
    for (const ball& one : others)
        max_radius_sq = std::max(max_radius_sq, one.radius_sq);
    reach = static_cast<index_t>(std::sqrt(static_cast<double>(max_radius_sq))) + 1;
}

void paint_balls(const painting& work, index_t z_lo, index_t z_hi, unpainted_slab& slab,
                 std::vector<painted_run>& painted, const run_sink& taken) {
    ball_shape shape;
    for (const ball& one : balls_for(work, work.origin.z + z_lo, work.origin.z + z_hi)) {
        if (slab.all_painted())
            return;
        if (one.radius_sq != shape.radius_sq())
            shape.take(one.radius_sq);
        const index3 centre = index3{one.z, one.y, one.x} - work.origin;
        slab.paint(shape, centre, box_of_part(static_cast<part_code>(one.part), one.radius_sq), painted);
        if (painted.size() >= painted_portion) {
            taken(painted);
            painted.clear();
        }
    }
}

void for_each_slab(const extent3& block, const std::function<slab_worker()>& make_worker) {
    const index_t step = slab_layers(block, omp_get_max_threads());
    first_failure failure;
#pragma omp parallel
    {
        slab_worker worker;
#pragma omp critical(tomosweep_make_slab_worker)
        failure.guard([&] { worker = make_worker(); });
#pragma omp for schedule(dynamic)
        for (index_t z = 0; z < block.z; z += step)
            failure.guard([&] { worker(z, std::min(z + step, block.z)); });
    }
    failure.rethrow();
}

}  // namespace tomosweep
