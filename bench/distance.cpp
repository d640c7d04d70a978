// Question: how long does the exact squared distance of one block take, in 16 bits, in 32, and pass by pass?
// Last result, 512^3 cracks, one thread: 0.27 s in 16 bits, 0.59 s in 32 (docs/performance.md, "Kernels").
#include "tomosweep/kernels/distance.hpp"
#include "kernel_bench.hpp"

namespace tomosweep::bench {
namespace {

template <distance_value Distance>
void distance(const array3<class_t>& classes) {
    const auto map = squared_distance<Distance>(classes.view(), 0);
    benchmark::DoNotOptimize(map.data());
}

/// Along x and y, layer by layer; the rest of the time goes along z.
void in_layers(const array3<class_t>& classes) {
    array3<short_distance_sq_t> map(classes.extent());
    distance_in_layers(classes.view(), 0, {}, map.view());
    benchmark::DoNotOptimize(map.data());
}

const bool added = for_every_kind({{"distance_16", distance<short_distance_sq_t>},
                                   {"distance_32", distance<distance_sq_t>},
                                   {"distance_16_x_and_y", in_layers}});

}  // namespace
}  // namespace tomosweep::bench
