// Prints one line per kernel and volume: a digest of every byte of the result. The same for any processor and any
// vector path; vector_paths.py compares. Ends with 77 where this build needs vectors that the processor lacks.
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "support/class_volumes.hpp"
#include "support/phase_volumes.hpp"
#include "support/random_volume.hpp"
#include "tomosweep/kernels/binning.hpp"
#include "tomosweep/kernels/centres.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/distance.hpp"
#include "tomosweep/kernels/gaussian.hpp"
#include "tomosweep/kernels/histogram.hpp"
#include "tomosweep/kernels/median.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"
#include "tomosweep/kernels/smooth.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep {
namespace {

/// FNV-1a over all bytes.
std::uint64_t digest(std::span<const std::byte> bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const std::byte each : bytes)
        hash = (hash ^ static_cast<std::uint64_t>(each)) * 0x100000001b3U;
    return hash;
}

template <class Values>
void print(std::string_view kernel, std::string_view input, const Values& values) {
    std::printf("%016llx %.*s, %.*s\n",
                static_cast<unsigned long long>(digest(std::as_bytes(std::span(std::as_const(values))))),
                static_cast<int>(kernel.size()), kernel.data(), static_cast<int>(input.size()), input.data());
}

void print_phase(const support::named_volume& volume) {
    const auto classes = volume.classes.view();
    const box3 box = whole(classes.extent());
    const auto near = squared_distance<short_distance_sq_t>(classes, 0);
    const auto far = squared_distance(classes, 0);
    print("distance in 16 bits", volume.name, near.values());
    print("distance in 32 bits", volume.name, far.values());
    const distance_sq_t largest = max_distance_sq(far.view());
    if (max_distance_sq(near.view()) != too_far_sq<short_distance_sq_t>)
        print("centres from 16 bits", volume.name, find_centres(near.view(), box, box, largest).unpacked());
    print("centres from 32 bits", volume.name, find_centres(far.view(), box, box, largest).unpacked());
    print("thickness", volume.name, local_thickness(classes, 0).values());
}

/// Thickness of a chain's phases, each from that of the one before.
void print_growing(const support::named_volume& volume, int phases) {
    const auto classes = volume.classes.view();
    const box3 box = whole(classes.extent());
    known_thickness known(box.extent().z);
    ball_list before(box);
    for (int phase = 0; phase < phases; ++phase) {
        const auto distance = squared_distance(classes, phase);
        ball_list balls = find_centres(distance.view(), box, box, max_distance_sq(distance.view()));
        array3<short_distance_sq_t> map(classes.extent(), 0);
        repaint_thickness(classes, phase, box, balls.without(before), {}, known, [&]() -> radii_sink {
            return [&map](const row_radii& row) { std::ranges::copy(row.radii_sq, &map(row.z, row.y, row.x)); };
        });
        print("thickness of phase " + std::to_string(phase), volume.name, map.values());
        before = std::move(balls);
    }
}

void print_tables() {
    for (const int phases : {1, 7, 254}) {
        const support::class_case volume = support::random_classes({9, 31, 151}, phases, 0.4, 21);
        const extent3 extent = volume.classes.extent();
        const depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(extent.z), 0), 1};
        print("neighbourhoods", volume.story,
              neighbourhood(volume.classes.view(), whole(extent), whole(extent), extent, phases, depth).counts);
    }
}

/// Curves, and how much of every component an open face sees.
void print_trees() {
    for (const int phases : {1, 7, 254})
        for (const connectivity adjacency : {connectivity::six, connectivity::twentysix}) {
            const support::class_case volume = support::random_classes({70, 13, 75}, phases, 0.9, 22);
            const extent3 extent = volume.classes.extent();
            const std::string story = volume.story + ", " + std::to_string(neighbours(adjacency)) + " neighbours";
            component_curves curves(phases);
            const box3 box{{1, 1, 1}, index3{1, 1, 1} + extent};
            const component_problem problem{extent + index3{2, 2, 2}, phases, adjacency, axis::z};
            const boundary_tree tree = grow(volume.classes.view(), box, problem, curves);
            print("births", story, curves.births);
            print("largest", story, curves.largest);
            print("boundary tree", story, pack(tree));
        }
}

template <class T>
void print_grey(std::string_view name, double low, double high) {
    const extent3 extent{14, 23, 75};
    array3<T> grey = test::random_volume<T>(extent, 11, low, high);
    const box3 box = whole(extent);
    for (const double sigma : {0.4, 0.8, 1.7, 3.3})
        print("gaussian " + std::to_string(sigma), name,
              gaussian_filter<T>(grey.view(), box, box, extent, sigma).values());
    print("median", name, median_filter<T>(grey.view(), box, box, extent, 1).values());
    print("binning", name, binned<T>(grey.view(), 3).values());
    const grey_volume held = std::move(grey);
    print("histogram", name, histogram_of(held, grey_range(held)).counts);
    const double middle = (low + high) / 2;
    print("classes", name, classify(held, {phase_side::below, {low, middle, middle + 1.25}, 0}).values());
    print("classes between", name, classify(held, {phase_side::between, {middle, high}, low + 1.5}).values());
}

/// Grey levels are rounded, which would hide a difference in the last bits of the sums.
void print_unrounded() {
    for (int tenths = 1; tenths <= 60; ++tenths)
        print("weights", std::to_string(tenths) + " tenths", gaussian_weights(tenths / 10.0));
    const extent3 extent{9, 11, 75};
    const auto grey = test::random_volume<std::uint16_t>(extent, 12, 0, 65535);
    const std::vector<double> weights = gaussian_weights(1.3);
    const window_map map = mirrored_window(whole(extent), gaussian_halo(1.3), extent, {0, 0, 0});
    array3<double> sums(extent);
    smooth_rows(grey.view(), map, extent, weights,
                [&](index_t z, index_t y, const double* row) { std::copy_n(row, extent.x, &sums(z, y, 0)); });
    print("smooth rows", "uint16", sums.values());
}

void print_all() {
    for (const support::named_volume& volume : support::small_volumes())
        print_phase(volume);
    print_phase(support::blobs({37, 61, 200}, 12, 30, 5));
    print_phase(support::one_background_voxel({2, 3, 400}, {0, 0, 5}));
    print_phase(support::noise({20, 130, 131}, 0.999, 0, 6));
    print_growing(support::growing_blobs({30, 40, 150}, 6, 7), 6);
    print_tables();
    print_trees();
    print_grey<std::uint8_t>("uint8", 0, 255);
    print_grey<std::uint16_t>("uint16", 500, 61000);
    print_grey<std::int16_t>("int16", -32768, 32767);
    print_grey<float>("float", -3, 7000);
    print_unrounded();
}

}  // namespace
}  // namespace tomosweep

int main() {
#ifdef __AVX512F__
    if (!__builtin_cpu_supports("avx512f"))
        return 77;
#elif defined(__AVX2__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return 77;
#endif
    tomosweep::print_all();
}
