// Question: what does a scan cost in the distributed operations, in time, memory and bytes sent, and what does cutting
// it into blocks add? Run: mpirun -n RANKS bench_distributed_ops [EDGE [RANKS_Z RANKS_Y RANKS_X]]
// Last result, 256^3 on two cores shared with other work, so to be read as ratios: one rank of two threads takes 0.23 s
// for the tables, 0.06 s for labels, 0.06 s for the distance and 0.17 s for thickness with its distance; two ranks of
// one thread 0.22, 0.05, 0.11 and 0.22 s, and no rank sends more than 1 MB for any of them.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "cracked_grey.hpp"
#include "tomosweep/core/memory.hpp"
#include "tomosweep/ops/class_tables.hpp"
#include "tomosweep/ops/distance.hpp"
#include "tomosweep/ops/labels.hpp"
#include "tomosweep/ops/thickness.hpp"

namespace tomosweep {
namespace {

constexpr int phases = 20;
constexpr int crack = 10;

/// The own block of a cracked cube in classes of 20 thresholds around the crack.
array3<class_t> own_classes(const domain& grid) {
    const array3<class_t> grey = bench::cracked_grey(grid.volume().x);
    array3<class_t> own(grid.own().extent());
    copy(grey.view().part(grid.own()), own.view());
    for (class_t& value : own.values())
        value = value <= 85 + phases ? static_cast<class_t>(std::max(0, value - 85)) : class_background;
    return own;
}

template <class Operation>
void measure(const domain& grid, const char* name, const Operation& operation) {
    const communicator& ranks = grid.ranks();
    ranks.barrier();
    const std::int64_t sent = ranks.bytes_sent();
    const auto start = std::chrono::steady_clock::now();
    operation();
    ranks.barrier();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::int64_t most_sent = ranks.max(ranks.bytes_sent() - sent);
    const auto voxels = static_cast<double>(voxel_count(grid.volume()));
    if (ranks.root())
        std::printf("%-34s %8.3f s %8.1f Mvoxel/s %10.2f MB sent by a rank at most\n", name, seconds,
                    voxels / seconds / 1e6, static_cast<double>(most_sent) / 1e6);
}

void run(const domain& grid) {
    const array3<class_t> own = own_classes(grid);
    const index_t layers = grid.volume().z;
    depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(layers)), 32};
    for (index_t layer = 0; layer < layers; ++layer)
        depth.bin_of_layer[static_cast<std::size_t>(layer)] = static_cast<std::int32_t>(layer * 32 / layers);
    const distance_sq_t limits[] = {1, 2, 4, 7, 16};

    measure(grid, "tables, 20 phases, 6 and 26", [&] { tabulate_classes(grid, own.view(), phases, depth); });
    measure(grid, "labels, 6", [&] { label_components(grid, own.view(), crack, connectivity::six); });
    measure(grid, "labels, 26", [&] { label_components(grid, own.view(), crack, connectivity::twentysix); });
    measure(grid, "squared distance", [&] { squared_distance(grid, own.view(), crack); });
    measure(grid, "thickness, table and 5 limits", [&] { measure_thickness(grid, own.view(), crack, depth, limits); });
    const std::int64_t peak = grid.ranks().max(memory_in_use().peak);
    if (grid.ranks().root())
        std::printf("most bytes in arrays of one rank, per voxel of its block: %.1f (and what vectors hold)\n",
                    static_cast<double>(peak) / static_cast<double>(std::max<index_t>(1, grid.own().voxels())));
}

}  // namespace
}  // namespace tomosweep

int main(int argc, char** argv) {
    using namespace tomosweep;
    mpi_environment environment(argc, argv);
    const auto ranks = communicator::world();
    const index_t edge = argc > 1 ? std::atoll(argv[1]) : 256;
    const extent3 volume{edge, edge, edge};
    const extent3 grid = argc > 4 ? extent3{std::atoll(argv[2]), std::atoll(argv[3]), std::atoll(argv[4])}
                                  : choose_grid(volume, ranks.size());
    run(domain(ranks, decomposition(volume, grid)));
}
