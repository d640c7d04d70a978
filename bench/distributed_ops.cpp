// Question: what does a scan cost in the distributed operations, in time, memory and bytes sent, and what does cutting
// it into blocks add? Run: mpirun -n RANKS bench_distributed_ops [EDGE [RANKS_Z RANKS_Y RANKS_X]]
// Last result, 256^3 on two cores shared with other work, so to be read as ratios: one rank of two threads takes 0.23 s
// for the tables, 0.06 s for labels, 0.06 s for the distance and 0.17 s for thickness with its distance; two ranks of
// one thread 0.22, 0.05, 0.11 and 0.22 s, and no rank sends more than 1 MB for any of them.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tomosweep/core/memory.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/ops/class_tables.hpp"
#include "tomosweep/ops/distance.hpp"
#include "tomosweep/ops/grey_statistics.hpp"
#include "tomosweep/ops/labels.hpp"
#include "tomosweep/ops/thickness.hpp"
#include "volumes.hpp"

namespace tomosweep {
namespace {

constexpr int phases = 20;
constexpr int crack = 10;

/// The own block of a cracked cube.
grey_volume own_grey(const domain& grid) {
    const array3<std::uint8_t> grey = bench::cracked_grey(grid.volume().x);
    array3<std::uint8_t> own(grid.own().extent());
    copy(grey.view().part(grid.own()), own.view());
    return own;
}

/// 20 thresholds around the crack.
phase_chain chain() {
    phase_chain thresholds{phase_side::below, {}, 0};
    for (int k = 0; k < phases; ++k)
        thresholds.thresholds.push_back(86 + k);
    return thresholds;
}

constexpr int repeats = 3;

/// The smallest, the median and the largest of some turns.
template <class Operation>
void measure(const domain& grid, const char* name, const Operation& operation) {
    const communicator& ranks = grid.ranks();
    std::array<double, repeats> seconds;
    const std::int64_t sent = ranks.bytes_sent();
    for (double& turn : seconds) {
        ranks.barrier();
        const auto start = std::chrono::steady_clock::now();
        operation();
        ranks.barrier();
        turn = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    std::ranges::sort(seconds);
    const std::int64_t most_sent = ranks.max(ranks.bytes_sent() - sent) / repeats;
    if (ranks.root())
        std::printf("%-34s %7.3f / %7.3f / %7.3f s %8.2f MB sent by a rank at most\n", name, seconds.front(),
                    seconds[repeats / 2], seconds.back(), static_cast<double>(most_sent) / 1e6);
}

void run(const domain& grid) {
    const grey_volume grey = own_grey(grid);
    array3<class_t> own = classify(grey, chain());
    const index_t layers = grid.volume().z;
    depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(layers)), 32};
    for (index_t layer = 0; layer < layers; ++layer)
        depth.bin_of_layer[static_cast<std::size_t>(layer)] = static_cast<std::int32_t>(layer * 32 / layers);
    const std::vector<distance_sq_t> limits = {1, 2, 4, 7, 16};

    measure(grid, "histogram of grey", [&] { histogram_of(grid, grey); });
    measure(grid, "classes, 20 phases", [&] { own = classify(grey, chain()); });
    measure(grid, "tables, 20 phases, 6 and 26", [&] { tabulate_classes(grid, own.view(), phases, depth); });
    measure(grid, "labels, 6", [&] { label_components(grid, own.view(), crack, connectivity::six); });
    measure(grid, "labels, 26", [&] { label_components(grid, own.view(), crack, connectivity::twentysix); });
    measure(grid, "squared distance", [&] { squared_distance(grid, own.view(), crack); });
    measure(grid, "thickness, table and 5 limits", [&] {
        chain_thickness(grid, own.view(), {depth, limits}).measure(crack);
    });
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
