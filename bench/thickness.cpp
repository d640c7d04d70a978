// Question: what do the parts of local thickness take: the balls that matter, and painting them?
// Last result, 512^3 cracks, one thread: 1.6 s with the distance and a map, 2.4 s before balls were painted in parts
// (docs/performance.md, "Kernels").
#include "tomosweep/kernels/thickness.hpp"
#include "kernel_bench.hpp"
#include "tomosweep/kernels/centres.hpp"
#include "tomosweep/kernels/distance.hpp"

namespace tomosweep::bench {
namespace {

/// Everything from classes to a map of thickness.
void thickness(const array3<class_t>& classes) {
    const auto map = local_thickness(classes.view(), 0);
    benchmark::DoNotOptimize(map.data());
}

ball_list centres_of(const array3<class_t>& classes) {
    const auto map = squared_distance<short_distance_sq_t>(classes.view(), 0);
    const box3 box = whole(classes.extent());
    return find_centres(map.view(), box, box, max_distance_sq(map.view()));
}

/// distance.cpp says how much of it is the distance.
void distance_and_centres(const array3<class_t>& classes) {
    const ball_list balls = centres_of(classes);
    benchmark::DoNotOptimize(&balls);
}

const bool added =
    for_every_kind({{"thickness_with_distance", thickness}, {"centres_with_distance", distance_and_centres}});

}  // namespace
}  // namespace tomosweep::bench
