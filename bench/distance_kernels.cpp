// Question: how long do labelling, distance, centres and thickness of one block take, per volume and number of threads?
// Usage: bench_distance_kernels [edge of the volume, 256] [Google Benchmark options]
//
// Last result, CPU seconds of one thread on a shared Xeon at 2.6 GHz with AVX-512:
//   cracks 512^3 (29 % phase, distances up to 10 voxels): labels with sizes 0.08, distance 0.71 (before x and y were
//     done layer by layer, which took it from 0.08 to 0.07 at 256^3), centres 0.48 (9.8 million), painting 2.2
//   islets 160^3 (89 % phase, distances up to 75 voxels): distance 0.04, centres 0.07 (0.36 million), painting 0.9
//   noise of density 0.5 at 192^3: labels with sizes 0.06, distance 0.04, centres 0.09, painting 0.26
#include <benchmark/benchmark.h>
#include <omp.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "crack_volumes.hpp"
#include "tomosweep/kernels/centres.hpp"
#include "tomosweep/kernels/distance.hpp"
#include "tomosweep/kernels/label.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep::bench {
namespace {

using kernel = std::function<void(const array3<class_t>&)>;

void label_with_sizes(const array3<class_t>& classes) {
    const block_components found(classes.view(), 0, connectivity::six, whole(classes.extent()), classes.extent());
    benchmark::DoNotOptimize(found.components().size());
}
void label_with_map(const array3<class_t>& classes) {
    const auto labels =
        label_components(classes.view(), 0, connectivity::twentysix, whole(classes.extent()), classes.extent());
    benchmark::DoNotOptimize(labels.data());
}
void distance(const array3<class_t>& classes) {
    const auto map = squared_distance(classes.view(), 0);
    benchmark::DoNotOptimize(map.data());
}
void distance_and_centres(const array3<class_t>& classes) {
    const auto map = squared_distance(classes.view(), 0);
    const box3 box = whole(classes.extent());
    const auto balls = find_centres(map.view(), box, box, max_distance_sq(map.view()));
    benchmark::DoNotOptimize(&balls);
}
void thickness(const array3<class_t>& classes) {
    const auto map = local_thickness(classes.view(), 0);
    benchmark::DoNotOptimize(map.data());
}

void add(const std::string& name, const array3<class_t>& classes, const kernel& work, int threads) {
    benchmark::RegisterBenchmark((name + "/threads:" + std::to_string(threads)).c_str(),
                                 [&classes, work, threads](benchmark::State& state) {
                                     omp_set_num_threads(threads);
                                     for (auto _ : state)
                                         work(classes);
                                     state.SetItemsProcessed(state.iterations() * classes.voxels());
                                 })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->Iterations(2);
}

}  // namespace
}  // namespace tomosweep::bench

int main(int argc, char** argv) {
    using namespace tomosweep::bench;
    const tomosweep::index_t edge = argc > 1 && argv[1][0] != '-' ? std::atoll(argv[1]) : 256;
    std::map<std::string, tomosweep::array3<tomosweep::class_t>> volumes;
    volumes.emplace("cracks", voronoi_plates(edge, 64));
    volumes.emplace("islets", voronoi_plates(edge, 64, true));
    volumes.emplace("noise_50", noise(edge, 0.5));
    volumes.emplace("nearly_empty", noise(edge, 1e-4));
    volumes.emplace("nearly_full", noise(edge, 1 - 1e-6));
    const std::map<std::string, kernel> kernels{{"1_label_with_sizes", label_with_sizes},
                                                {"2_label_with_map", label_with_map},
                                                {"3_distance", distance},
                                                {"4_distance_and_centres", distance_and_centres},
                                                {"5_thickness", thickness}};
    for (const auto& [volume_name, classes] : volumes)
        for (const auto& [kernel_name, work] : kernels)
            for (const int threads : {1, 2})
                add(volume_name + "/" + kernel_name, classes, work, threads);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
