// Question: how long does one step take on the volume of a file, so that other programs can be timed in turns with it
// on the same file, and is the answer the same? Usage: OMP_NUM_THREADS=1 bench_file_steps FILE EDGE below|above
// THRESHOLD STEP [REPEATS] FILE holds EDGE^3 voxels of 8 bits. STEP: labels-6, labels-26 (components and sizes), map-6,
// map-26 (labels of all voxels as well), distance, thickness; of all 256 thresholds: trees-6, trees-26 (volume,
// components, largest, spanning), surface (transitions, Euler numbers). Prints one JSON object per repeat; reading is
// not timed. Last result: docs/performance.md, section "Against peers".
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tomosweep/core/memory.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/distance.hpp"
#include "tomosweep/kernels/histogram.hpp"
#include "tomosweep/kernels/label.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"
#include "tomosweep/kernels/thickness.hpp"
#include "tomosweep/kernels/threads.hpp"

namespace tomosweep::bench {
namespace {

/// What an answer can be recognised by.
struct mark {
    const char* name;
    std::uint64_t value;
};

class stopwatch {
public:
    explicit stopwatch(std::string_view step) : step_(step) {}
    void stop() { elapsed_ = std::chrono::steady_clock::now() - start_; }
    void report(std::initializer_list<mark> answer) const {
        std::printf("{\"step\": \"%s\", \"threads\": %d, \"seconds\": %.4f, \"peak_bytes\": %lld", step_.c_str(),
                    threads_in_use(), elapsed_.count(), static_cast<long long>(peak_resident_bytes()));
        for (const mark& one : answer)
            std::printf(", \"%s\": %llu", one.name, static_cast<unsigned long long>(one.value));
        std::puts("}");
        std::fflush(stdout);
    }

private:
    std::string step_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::chrono::duration<double> elapsed_{};
};

/// FNV-1a over numbers.
class fingerprint {
public:
    void add(std::int64_t value) { hash_ = (hash_ ^ static_cast<std::uint64_t>(value)) * 1099511628211U; }
    std::uint64_t value() const { return hash_; }

private:
    std::uint64_t hash_ = 1469598103934665603U;
};

mark marked(const char* name, std::int64_t value) {
    return {name, static_cast<std::uint64_t>(value)};
}

index_t largest_of(const block_components& found) {
    index_t largest = 0;
    for (const component& one : found.components())
        largest = std::max(largest, one.voxels);
    return largest;
}

void labels(view3<const class_t> classes, connectivity adjacency, bool with_map, stopwatch watch) {
    const block_components found(classes, 0, adjacency, whole(classes.extent()), classes.extent());
    array3<std::uint64_t> map(with_map ? classes.extent() : extent3{});
    if (with_map)
        found.write_labels(whole(classes.extent()), map.view());
    watch.stop();
    watch.report({{"count", found.components().size()}, marked("largest", largest_of(found))});
}

template <distance_value Distance>
void report_distances(const array3<Distance>& distance, const stopwatch& watch) {
    std::int64_t sum = 0;
    for (const Distance value : distance.values())
        sum += value;
    watch.report({{"max", max_distance_sq(distance.view())}, marked("sum", sum)});
}

void distance(view3<const class_t> classes, stopwatch watch) {
    const auto near = squared_distance<short_distance_sq_t>(classes, 0);
    if (max_distance_sq(near.view()) != too_far_sq<short_distance_sq_t>) {
        watch.stop();
        return report_distances(near, watch);
    }
    const auto far = squared_distance(classes, 0);
    watch.stop();
    report_distances(far, watch);
}

template <distance_value Distance>
void report_thickness(const array3<Distance>& map, const stopwatch& watch) {
    std::map<distance_sq_t, std::int64_t> histogram;
    auto found = histogram.begin();
    for (const Distance value : map.values()) {
        if (found == histogram.end() || found->first != value)
            found = histogram.try_emplace(value, 0).first;
        ++found->second;
    }
    histogram.erase(0);
    fingerprint hash;
    for (const auto& [radius_sq, voxels] : histogram) {
        hash.add(radius_sq);
        hash.add(voxels);
    }
    watch.report({{"values", histogram.size()}, {"hash", hash.value()}});
}

void thickness(view3<const class_t> classes, stopwatch watch) {
    if (const auto near = short_local_thickness(classes, 0)) {
        watch.stop();
        return report_thickness(*near, watch);
    }
    const auto far = local_thickness(classes, 0);
    watch.stop();
    report_thickness(far, watch);
}

/// All 256 thresholds; a chain holds 254 phases, so there are two.
std::vector<phase_chain> all_thresholds(phase_side side) {
    std::vector<phase_chain> chains{{side, {}}, {side, {}}};
    for (int i = 0; i < 256; ++i)
        chains[i < max_phases ? 0 : 1].thresholds.push_back(side == phase_side::below ? i : 255 - i);
    return chains;
}

void trees(const grey_volume& grey, phase_side side, connectivity adjacency, int threshold, stopwatch watch) {
    fingerprint hash;
    component_counts chosen;
    const grey_histogram volumes = histogram_of(grey);
    for (const phase_chain& chain : all_thresholds(side)) {
        const array3<class_t> classes = classify(grey, chain);
        const auto phases = static_cast<int>(chain.thresholds.size());
        component_curves curves(phases);
        grow(classes.view(), whole(classes.extent()), {classes.extent(), phases, adjacency, axis::z}, curves);
        const auto counts = curves.counts();
        for (std::size_t k = 0; k < counts.size(); ++k) {
            hash.add(counts[k].count);
            hash.add(counts[k].largest);
            if (chain.thresholds[k] == threshold)
                chosen = counts[k];
        }
    }
    watch.stop();
    watch.report({marked("count", chosen.count),
                  marked("largest", chosen.largest),
                  marked("darkest", volumes.counts.front()),
                  {"hash", hash.value()}});
}

void surface(const grey_volume& grey, phase_side side, stopwatch watch) {
    fingerprint hash;
    for (const phase_chain& chain : all_thresholds(side)) {
        const array3<class_t> classes = classify(grey, chain);
        const extent3 extent = classes.extent();
        const depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(extent.z), 0), 1};
        const neighbourhood_table table = neighbourhood(classes.view(), whole(extent), whole(extent), extent,
                                                        static_cast<int>(chain.thresholds.size()), depth);
        for (const std::int64_t count : table.counts)
            hash.add(count);
    }
    watch.stop();
    watch.report({{"hash", hash.value()}});
}

grey_volume read_volume(const char* path, index_t edge) {
    array3<std::uint8_t> grey({edge, edge, edge});
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(grey.data()), static_cast<std::streamsize>(grey.voxels()));
    if (!file) {
        std::fprintf(stderr, "%s: cannot read %lld bytes\n", path, static_cast<long long>(grey.voxels()));
        std::exit(2);
    }
    return grey;
}

/// Runs `step` once; false when there is no such step.
bool run(std::string_view step, const grey_volume& grey, phase_side side, int threshold) {
    const connectivity adjacency = step.ends_with("-6") ? connectivity::six : connectivity::twentysix;
    if (step.starts_with("trees-"))
        trees(grey, side, adjacency, threshold, stopwatch(step));
    else if (step == "surface")
        surface(grey, side, stopwatch(step));
    else {
        const array3<class_t> classes = classify(grey, {side, {static_cast<double>(threshold)}});
        const stopwatch watch(step);
        if (step == "distance")
            distance(classes.view(), watch);
        else if (step == "thickness")
            thickness(classes.view(), watch);
        else if (step.starts_with("labels-") || step.starts_with("map-"))
            labels(classes.view(), adjacency, step.starts_with("map-"), watch);
        else
            return false;
    }
    return true;
}

}  // namespace
}  // namespace tomosweep::bench

int main(int argc, char** argv) {
    using namespace tomosweep;
    if (argc < 6) {
        std::fprintf(stderr, "usage: %s FILE EDGE below|above THRESHOLD STEP [REPEATS]\n", argv[0]);
        return 2;
    }
    const grey_volume grey = bench::read_volume(argv[1], std::atoll(argv[2]));
    const phase_side side = std::string_view(argv[3]) == "below" ? phase_side::below : phase_side::above;
    const int repeats = argc > 6 ? std::atoi(argv[6]) : 1;
    for (int i = 0; i < repeats; ++i)
        if (!bench::run(argv[5], grey, side, std::atoi(argv[4]))) {
            std::fprintf(stderr, "%s: no such step\n", argv[5]);
            return 2;
        }
}
