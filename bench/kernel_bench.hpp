#pragma once

#include <benchmark/benchmark.h>
#include <omp.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "volumes.hpp"

namespace tomosweep::bench {

/// Kinds of phase: cracks of 4 to 16 voxels, the thick grains between them, single voxels, all but single voxels, and
/// every second voxel at random. bench/run knows the same.
inline constexpr const char* kinds[] = {"cracks", "thick", "near-empty", "near-full", "noise"};
inline constexpr index_t edges[] = {64, 256, 512};
inline constexpr int thread_counts[] = {1, 2, 4};

inline array3<class_t> make_phase(const std::string& kind, index_t edge) {
    if (kind == "cracks" || kind == "thick")
        return plates(edge, kind == "thick");
    return noise(edge, kind == "near-empty" ? 1e-4 : kind == "near-full" ? 1 - 1e-4 : 0.5);
}

/// The last input asked for; benchmarks of one input follow each other, and one volume of 512^3 is enough to hold.
template <class Input, class Make>
const Input& kept(const std::string& key, const Make& make) {
    static std::string held;
    static Input input;
    if (held != key) {
        input = {};
        input = make();
        held = key;
    }
    return input;
}

/// Registers NAME/INPUT/EDGE/threads:N for all numbers of threads. `make()` yields the input, `work(input)` is
/// measured.
template <class Input>
void add(const std::string& name, const std::string& input, index_t edge, std::function<Input()> make,
         std::function<void(const Input&)> work) {
    const std::string of_input = input + "/" + std::to_string(edge);
    for (const int threads : thread_counts)
        benchmark::RegisterBenchmark((name + "/" + of_input + "/threads:" + std::to_string(threads)).c_str(),
                                     [=](benchmark::State& state) {
                                         omp_set_num_threads(omp_get_num_procs());
                                         const Input& held = kept<Input>(of_input, make);
                                         omp_set_num_threads(threads);
                                         for (auto _ : state)
                                             work(held);
                                         state.SetItemsProcessed(state.iterations() * edge * edge * edge);
                                     })
            ->Unit(benchmark::kMillisecond)
            ->MeasureProcessCPUTime()
            ->UseRealTime();
}

/// One benchmark per kind of phase and edge: `work(classes)` looks at phase 0. The result says that it is done, so that
/// it can initialise a variable before main().
inline bool for_every_kind(
    std::initializer_list<std::pair<const char*, std::function<void(const array3<class_t>&)>>> works) {
    for (const index_t edge : edges)
        for (const char* const kind : kinds)
            for (const auto& [name, work] : works)
                add<array3<class_t>>(
                    name, kind, edge, [=] { return make_phase(kind, edge); }, work);
    return true;
}

}  // namespace tomosweep::bench
