// Question: how many bytes per second does this machine's memory move, one thread and all, beside which the other
// benchmarks are to be read? As in STREAM (McCalpin 1995): reading, copying, and filling what was never touched.
// Last result: docs/performance.md, "What bounds each step".
#include <benchmark/benchmark.h>
#include <omp.h>

#include <cstring>
#include <numeric>

#include "tomosweep/core/array.hpp"

namespace tomosweep::bench {
namespace {

constexpr index_t layers = 512;
constexpr extent3 volume{layers, 512, 512};  // of 8 bytes: 1 GiB, more than any cache

template <class Work>
void measure(benchmark::State& state, index_t bytes, const Work& work) {
    omp_set_num_threads(static_cast<int>(state.range(0)));
    for (auto _ : state)
        work();
    state.SetBytesProcessed(state.iterations() * bytes);
}

std::int64_t sum_of_layer(const array3<std::int64_t>& from, index_t z) {
    const std::int64_t* const first = from.view().row(z, 0);
    return std::accumulate(first, first + volume.y * volume.x, std::int64_t{0});
}

void read(benchmark::State& state) {
    const array3<std::int64_t> from(volume, 1);
    measure(state, from.voxels() * 8, [&] {
        std::int64_t sum = 0;
#pragma omp parallel for reduction(+ : sum)
        for (index_t z = 0; z < layers; ++z)
            sum += sum_of_layer(from, z);
        benchmark::DoNotOptimize(sum);
    });
}

void copy_layers(benchmark::State& state) {
    const array3<std::int64_t> from(volume, 1);
    array3<std::int64_t> to(volume, 2);
    measure(state, 2 * from.voxels() * 8, [&] {
#pragma omp parallel for
        for (index_t z = 0; z < layers; ++z)
            std::memcpy(to.view().row(z, 0), from.view().row(z, 0), static_cast<std::size_t>(volume.y * volume.x) * 8);
        benchmark::DoNotOptimize(to.data());
    });
}

/// New memory from the operating system, which clears every page.
void first_touch(benchmark::State& state) {
    measure(state, voxel_count(volume) * 8, [&] {
        array3<std::int64_t> to(volume);
#pragma omp parallel for
        for (index_t z = 0; z < layers; ++z)
            std::memset(to.view().row(z, 0), 1, static_cast<std::size_t>(volume.y * volume.x) * 8);
        benchmark::DoNotOptimize(to.data());
    });
}

void every_thread_count(benchmark::internal::Benchmark* one) {
    one->ArgName("threads")->Arg(1)->Arg(2)->Arg(4)->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(read)->Apply(every_thread_count);
BENCHMARK(copy_layers)->Apply(every_thread_count);
BENCHMARK(first_touch)->Apply(every_thread_count);

}  // namespace
}  // namespace tomosweep::bench
