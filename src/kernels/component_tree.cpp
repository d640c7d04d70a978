#include "tomosweep/kernels/component_tree.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "boundary_tree.hpp"
#include "tile_basins.hpp"
#include "tile_runs.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr index_t tile_edge = 64;
/// Joins between two clean-ups: eight tiles share one, for cleaning costs as much as joining.
constexpr int joins_per_settling = 3;

/// What one thread grows tiles with.
struct workplace {
    detail::tile_basins basins;
    detail::tile_runs runs;
};

/// Grows a box by halving it down to tiles. Depth first, so that few trees wait for their other half.
class grower {
public:
    grower(view3<const class_t> classes, const box3& box, const component_problem& problem)
        : classes_(classes),
          origin_(box.lo),
          problem_(problem),
          workplaces_(static_cast<std::size_t>(omp_get_max_threads())) {}

    boundary_tree grow_all(const box3& box, component_curves& curves) {
        boundary_tree tree;
        const extent3 extent = box.extent();
        const bool several = std::max({extent.z, extent.y, extent.x}) > tile_edge;
#pragma omp parallel if (several)
#pragma omp single
        tree = guarded(box, curves, 0);
        if (failure_)
            std::rethrow_exception(failure_);
        return tree;
    }

private:
    boundary_tree guarded(const box3& box, component_curves& curves, int depth) {
        try {
            return grow_box(box, curves, depth);
        } catch (...) {
            // No exception may leave a task; the first one is thrown again behind the parallel region.
#pragma omp critical(tomosweep_component_tree_failure)
            if (!failure_)
                failure_ = std::current_exception();
        }
        boundary_tree nothing;
        nothing.problem = problem_;
        return nothing;
    }

    boundary_tree grow_box(const box3& box, component_curves& curves, int depth) {
        const extent3 extent = box.extent();
        const index_t longest = std::max({extent.z, extent.y, extent.x});
        if (longest <= tile_edge)
            return grow_tile(box, curves);
        const axis cut = extent.z == longest ? axis::z : extent.y == longest ? axis::y : axis::x;
        const index_t tiles = (longest + tile_edge - 1) / tile_edge;
        const index_t middle = along(box.lo, cut) + tiles / 2 * tile_edge;
        box3 low = box, high = box;
        along(low.hi, cut) = middle;
        along(high.lo, cut) = middle;
        return grow_halves(low, high, curves, depth);
    }

    boundary_tree grow_tile(const box3& box, component_curves& curves) {
        workplace& place = workplaces_[static_cast<std::size_t>(omp_get_thread_num())];
        const view3<const class_t> tile = classes_.part({box.lo - origin_, box.hi - origin_});
        return place.runs.find(tile, problem_) ? place.runs.run(box, problem_, curves)
                                               : place.basins.run(tile, box, problem_, curves);
    }

    boundary_tree grow_halves(const box3& low, const box3& high, component_curves& curves, int depth) {
        boundary_tree a, b;
        component_curves settled_in_b(problem_.phases);
#pragma omp task shared(b, settled_in_b)
        b = guarded(high, settled_in_b, depth + 1);
        a = guarded(low, curves, depth + 1);
#pragma omp taskwait
        curves += settled_in_b;
        if (failed())
            return a;
        boundary_tree both = detail::attach(std::move(a), std::move(b));
        if (depth % joins_per_settling == 0)
            detail::settle(both, curves);
        return both;
    }

    bool failed() {
        bool result = false;
#pragma omp critical(tomosweep_component_tree_failure)
        result = failure_ != nullptr;
        return result;
    }

    view3<const class_t> classes_;
    index3 origin_;
    component_problem problem_;
    std::vector<workplace> workplaces_;
    std::exception_ptr failure_;
};

}  // namespace

component_curves::component_curves(int phases)
    : births(static_cast<std::size_t>(phases)),
      largest(static_cast<std::size_t>(phases)),
      spans(static_cast<std::size_t>(phases)) {}

component_curves& component_curves::operator+=(const component_curves& other) {
    require(births.size() == other.births.size(), "curves of the same chain are added");
    for (std::size_t k = 0; k < births.size(); ++k) {
        births[k] += other.births[k];
        largest[k] = std::max(largest[k], other.largest[k]);
        spans[k] |= other.spans[k];
    }
    return *this;
}

std::vector<component_counts> component_curves::counts() const {
    std::vector<component_counts> result(births.size());
    component_counts running;
    for (std::size_t k = 0; k < births.size(); ++k) {
        running.count += births[k];
        running.largest = std::max(running.largest, largest[k]);
        running.spans_depth |= spans[k];
        result[k] = running;
    }
    return result;
}

boundary_tree grow(view3<const class_t> classes, const box3& box, const component_problem& problem,
                   component_curves& curves) {
    require(problem.phases >= 0 && problem.phases <= max_phases, "0 <= phases <= 254");
    require(curves.births.size() == static_cast<std::size_t>(problem.phases), "the curves have one entry per phase");
    if (box.empty()) {
        boundary_tree nothing;
        nothing.problem = problem;
        return nothing;
    }
    require(classes.extent() == box.extent(), "the view has the extent of its box");
    require(intersection(box, whole(problem.whole)) == box, "the box lies in the volume");
    return grower(classes, box, problem).grow_all(box, curves);
}

}  // namespace tomosweep
