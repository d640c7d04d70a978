// Question: what does it cost, per voxel and on one thread, to get the figures of all phases of a chain in one pass,
// for every grey level a phase (254) and for chains of few thresholds?
#include <benchmark/benchmark.h>

#include <map>

#include "cracked_grey.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"

namespace tomosweep {
namespace {

/// Classes of the phase `below` with thresholds around the crack; 254 phases: every grey level is one.
array3<class_t> classified(index_t edge, int phases) {
    array3<class_t> classes = bench::cracked_grey(edge);
    for (class_t& value : classes.values()) {
        const int from_first = phases >= max_phases ? value : std::max(0, (value - 85) * phases / 20);
        value = from_first < phases ? static_cast<class_t>(from_first) : class_background;
    }
    return classes;
}

const array3<class_t>& volume_of(const benchmark::State& state) {
    static std::map<std::pair<index_t, int>, array3<class_t>> volumes;
    const std::pair key(state.range(0), static_cast<int>(state.range(1)));
    auto& volume = volumes[key];
    if (volume.voxels() == 0) {
        volume = classified(key.first, key.second);
    }
    return volume;
}

void neighbourhood_of_all_phases(benchmark::State& state) {
    const array3<class_t>& classes = volume_of(state);
    const extent3 extent = classes.extent();
    depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(extent.z)), 32};
    for (std::size_t z = 0; z < depth.bin_of_layer.size(); ++z)
        depth.bin_of_layer[z] = static_cast<std::int32_t>(z * 32 / depth.bin_of_layer.size());
    for (auto _ : state)
        benchmark::DoNotOptimize(neighbourhood(classes.view(), whole(extent), whole(extent), extent,
                                               static_cast<int>(state.range(1)), depth));
    state.SetItemsProcessed(state.iterations() * classes.voxels());
}

void components_of_all_phases(benchmark::State& state) {
    const array3<class_t>& classes = volume_of(state);
    const int phases = static_cast<int>(state.range(1));
    const component_problem problem{classes.extent(), phases,
                                    state.range(2) == 6 ? connectivity::six : connectivity::twentysix, axis::z};
    for (auto _ : state) {
        component_curves curves(phases);
        grow(classes.view(), whole(classes.extent()), problem, curves);
        benchmark::DoNotOptimize(curves);
    }
    state.SetItemsProcessed(state.iterations() * classes.voxels());
}

BENCHMARK(neighbourhood_of_all_phases)
    ->ArgNames({"edge", "phases"})
    ->ArgsProduct({{256, 512}, {1, 4, 16, 254}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();
BENCHMARK(components_of_all_phases)
    ->ArgNames({"edge", "phases", "neighbours"})
    ->ArgsProduct({{256, 512}, {1, 4, 16, 254}, {6, 26}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace tomosweep
