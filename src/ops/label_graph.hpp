#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// The component `own` of this rank's block touches the component `other` of another block. Components go by the label
/// that they have within their block, 1 + their smallest global linear index, which also tells their owner.
struct touching_pair {
    std::uint64_t own = 0;
    std::uint64_t other = 0;

    friend auto operator<=>(const touching_pair&, const touching_pair&) = default;
};

/// The smallest label of each component's connected part of the graph. `labels` are those of the rank's own block,
/// ascending; the result is in their order. Both owners of a touching pair bring it. Collective.
std::vector<std::uint64_t> smallest_connected(const domain& grid, std::span<const std::uint64_t> labels,
                                              std::vector<touching_pair> pairs);

}  // namespace tomosweep
