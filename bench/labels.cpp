// Question: how long does it take to label one phase of a block, with the size of every component?
// Last result, 512^3, one thread: cracks 0.08 s (6 neighbours) and 0.10 s (26), noise 1.2 and 1.7 s
// (docs/performance.md, "Against peers").
#include "kernel_bench.hpp"
#include "tomosweep/kernels/label.hpp"

namespace tomosweep::bench {
namespace {

template <connectivity adjacency>
void sizes(const array3<class_t>& classes) {
    const block_components found(classes.view(), 0, adjacency, whole(classes.extent()), classes.extent());
    benchmark::DoNotOptimize(found.components().size());
}

void map_of_labels(const array3<class_t>& classes) {
    const auto labels =
        label_components(classes.view(), 0, connectivity::six, whole(classes.extent()), classes.extent());
    benchmark::DoNotOptimize(labels.data());
}

const bool added = for_every_kind({{"labels_6_sizes", sizes<connectivity::six>},
                                   {"labels_26_sizes", sizes<connectivity::twentysix>},
                                   {"labels_6_map", map_of_labels}});

}  // namespace
}  // namespace tomosweep::bench
