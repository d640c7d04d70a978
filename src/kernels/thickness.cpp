#include "tomosweep/kernels/thickness.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <exception>
#include <numeric>

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

/// Largest ball first, otherwise in the given order. Counts by squared radius unless there are more radii than balls.
std::vector<ball> by_falling_radius(std::vector<ball> balls, distance_sq_t max_radius_sq) {
    if (max_radius_sq / 4 > balls.size()) {
        std::stable_sort(balls.begin(), balls.end(),
                         [](const ball& a, const ball& b) { return a.radius_sq > b.radius_sq; });
        return balls;
    }
    std::vector<std::size_t> place(static_cast<std::size_t>(max_radius_sq) + 2, 0);
    for (const ball& one : balls)
        ++place[max_radius_sq - one.radius_sq + 1];
    std::partial_sum(place.begin(), place.end(), place.begin());
    std::vector<ball> sorted(balls.size());
    for (const ball& one : balls)
        sorted[place[max_radius_sq - one.radius_sq]++] = one;
    return sorted;
}

/// The balls that reach the layers [z_lo, z_hi) of the whole volume, largest first.
std::vector<ball> balls_for(const painting& work, index_t z_lo, index_t z_hi) {
    std::vector<ball> reaching;
    distance_sq_t largest = 0;
    const auto add_if_reaching = [&](const ball& one) {
        const auto off = std::max<index_t>({z_lo - one.z, one.z - (z_hi - 1), 0});
        if (off * off < static_cast<index_t>(one.radius_sq)) {
            reaching.push_back(one);
            largest = std::max(largest, one.radius_sq);
        }
    };
    work.own.for_each(z_lo - work.reach, z_hi + work.reach, add_if_reaching);
    std::ranges::for_each(work.others, add_if_reaching);
    return by_falling_radius(std::move(reaching), largest);
}

/// Paints the layers [z_lo, z_hi) of the block.
void paint_slab(const painting& work, index_t z_lo, index_t z_hi, const run_sink& sink) {
    unpainted_slab slab(work.classes, work.phase, z_lo, z_hi);
    std::vector<painted_run> painted;
    ball_mask mask;
    if (work.max_radius_sq == unbounded_sq)
        slab.paint_rest(unbounded_sq, painted);
    else
        for (const ball& one : balls_for(work, work.origin.z + z_lo, work.origin.z + z_hi)) {
            if (slab.voxels_left() == 0)
                break;
            if (one.radius_sq != mask.radius_sq())
                mask.shape(one.radius_sq);
            slab.paint(mask, index3{one.z, one.y, one.x} - work.origin, painted);
            if (painted.size() >= portion) {
                sink(painted);
                painted.clear();
            }
        }
    if (!painted.empty())
        sink(painted);
    require(slab.voxels_left() == 0, "the balls cover the whole phase");
}

/// Layers per slab: its bitmap stays in a core's cache and every thread finds work.
index_t slab_layers(const extent3& extent, index_t threads) {
    constexpr index_t bitmap_bits = index_t{8} << 20;
    const index_t fitting = bitmap_bits / std::max<index_t>(extent.y * extent.x, 1);
    const index_t shared = (extent.z + threads - 1) / threads;
    return std::max<index_t>(std::min(std::max<index_t>(fitting, 16), shared), 1);
}

/// First exception of a parallel region, to be thrown after it.
class first_failure {
public:
    template <class Work>
    void guard(Work&& work) {
        try {
            work();
        } catch (...) {
            if (!failed_.exchange(true))
                failure_ = std::current_exception();
        }
    }
    void rethrow() const {
        if (failure_)
            std::rethrow_exception(failure_);
    }

private:
    std::atomic<bool> failed_{false};
    std::exception_ptr failure_;
};

/// Centres of a volume that is one block; its distances in the smaller type that holds them.
ball_list centres_of(view3<const class_t> classes, int phase) {
    const box3 box = whole(classes.extent());
    {
        const auto distance = squared_distance<short_distance_sq_t>(classes, phase);
        const short_distance_sq_t largest = max_distance_sq(distance.view());
        if (largest != too_far_sq<short_distance_sq_t>)
            return find_centres(distance.view(), box, box, largest);
    }
    const auto distance = squared_distance(classes, phase);
    return find_centres(distance.view(), box, box, max_distance_sq(distance.view()));
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

void paint_thickness_map(view3<const class_t> classes, int phase, const box3& box, const ball_list& own,
                         std::span<const ball> others, view3<distance_sq_t> thickness) {
    const auto write = [thickness](std::span<const painted_run> runs) {
        for (const painted_run& run : runs) {
            distance_sq_t* const row = thickness.row(run.z, run.y) + run.x;
            for (std::uint64_t voxels = run.voxels; voxels != 0; voxels &= voxels - 1)
                row[std::countr_zero(voxels)] = run.radius_sq;
        }
    };
    paint_thickness(classes, phase, box, own, others, [&]() -> run_sink { return write; });
}

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
    const box3 box = whole(classes.extent());
    const ball_list balls = centres_of(classes, phase);
    array3<distance_sq_t> map(classes.extent(), 0);
    paint_thickness_map(classes, phase, box, balls, {}, map.view());
    return map;
}

}  // namespace tomosweep
