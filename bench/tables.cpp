// Question: what does it cost to get the figures of all phases of a chain in one pass, for few thresholds and for every
// grey level (254): neighbourhoods (volume, surface, Euler numbers), and components with 6 and 26 neighbours?
// Last result, 512^3, one thread of an AMD EPYC with AVX-512, seconds of the processor before (f235cd6) and now, two
// turns: neighbourhoods of 1, 4, 16, 254 phases 0.49, 0.47, 0.55, 0.48 and 0.08, 0.20, 0.33, 0.27; trees of 26
// neighbours 0.83, 1.43, 1.56, 4.92 and 0.51, 1.26, 1.24, 4.53; of 254 phases 1.96 since they grow from basins
// (decision 49).
#include "kernel_bench.hpp"
#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"

namespace tomosweep::bench {
namespace {

/// Classes of the phase `below` with thresholds around the crack; 254 phases: every grey level is one.
array3<class_t> classified(index_t edge, int phases) {
    array3<class_t> classes = cracked_grey(edge);
    for (class_t& value : classes.values()) {
        const int from_first = phases >= max_phases ? value : std::max(0, (value - 85) * phases / 20);
        value = from_first < phases ? static_cast<class_t>(from_first) : class_background;
    }
    return classes;
}

depth_bins bins_of(index_t layers) {
    depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(layers)), 32};
    for (index_t z = 0; z < layers; ++z)
        depth.bin_of_layer[static_cast<std::size_t>(z)] = static_cast<std::int32_t>(z * 32 / layers);
    return depth;
}

void neighbourhoods(const array3<class_t>& classes, int phases) {
    const extent3 extent = classes.extent();
    const auto table = neighbourhood(classes.view(), whole(extent), whole(extent), extent, phases, bins_of(extent.z));
    benchmark::DoNotOptimize(table.counts.data());
}

void components(const array3<class_t>& classes, int phases, connectivity adjacency) {
    component_curves curves(phases);
    grow(classes.view(), whole(classes.extent()), {classes.extent(), phases, adjacency, axis::z}, curves);
    benchmark::DoNotOptimize(curves.births.data());
}

bool for_every_chain() {
    using classes_of = array3<class_t>;
    for (const index_t edge : edges)
        for (const int phases : {1, 4, 16, max_phases}) {
            const std::string input = std::to_string(phases) + "_phases";
            const auto make = [=] { return classified(edge, phases); };
            add<classes_of>("neighbourhood", input, edge, make, [=](const auto& in) { neighbourhoods(in, phases); });
            add<classes_of>("tree_6", input, edge, make,
                            [=](const auto& in) { components(in, phases, connectivity::six); });
            add<classes_of>("tree_26", input, edge, make,
                            [=](const auto& in) { components(in, phases, connectivity::twentysix); });
        }
    return true;
}

const bool added = for_every_chain();

}  // namespace
}  // namespace tomosweep::bench
