#pragma once

#include <cstdint>
#include <vector>

namespace tomosweep {

/// Number of voxels by grey level. Bin i holds the grey levels whose centre is first + i * step; integer scans have
/// step 1 and one bin per grey level, so nothing is lost.
struct grey_histogram {
    double first = 0;
    double step = 1;
    std::vector<std::int64_t> counts;

    double grey(std::size_t bin) const { return first + static_cast<double>(bin) * step; }
    friend bool operator==(const grey_histogram&, const grey_histogram&) = default;
};

}  // namespace tomosweep
