// Prints one line per phase of a raw class volume: voxels euler_6 euler_26 count_6 largest_6 count_26 largest_26.
// Usage: print_all_phases FILE NZ NY NX PHASES
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tomosweep/kernels/component_tree.hpp"
#include "tomosweep/kernels/neighbourhood.hpp"

namespace {

using namespace tomosweep;

std::vector<component_counts> components(const array3<class_t>& classes, int phases, connectivity adjacency) {
    component_curves curves(phases);
    grow(classes.view(), whole(classes.extent()), {classes.extent(), phases, adjacency, axis::z}, curves);
    return curves.counts();
}

void print(const array3<class_t>& classes, int phases) {
    const box3 box = whole(classes.extent());
    const depth_bins depth{axis::z, std::vector<std::int32_t>(static_cast<std::size_t>(box.hi.z)), 1};
    const neighbourhood_table table = neighbourhood(classes.view(), box, box, classes.extent(), phases, depth);
    const auto six = components(classes, phases, connectivity::six);
    const auto twentysix = components(classes, phases, connectivity::twentysix);
    for (int k = 0; k < phases; ++k) {
        const phase_counts counts = table.phase(k);
        const auto at = static_cast<std::size_t>(k);
        for (const std::int64_t figure : {counts.voxels, counts.euler_6, counts.euler_26, six[at].count,
                                          six[at].largest, twentysix[at].count, twentysix[at].largest})
            std::printf("%lld ", static_cast<long long>(figure));
        std::printf("\n");
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 6)
        return 2;
    array3<class_t> classes({std::atoll(arguments[2]), std::atoll(arguments[3]), std::atoll(arguments[4])});
    std::ifstream file(arguments[1], std::ios::binary);
    file.read(reinterpret_cast<char*>(classes.data()), classes.voxels());
    if (!file)
        return 3;
    print(classes, std::atoi(arguments[5]));
}
