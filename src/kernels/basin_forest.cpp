#include "basin_forest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tomosweep::detail {

void basin_forest::merge(const level_buckets<saddle>& saddles, int phases) {
    up_.resize(basins.size());
    std::iota(up_.begin(), up_.end(), 0);
    count_.assign(basins.size(), 1);
    swallowed_.clear();
    for (std::size_t level = 0; level < static_cast<std::size_t>(phases); ++level)
        for (const saddle& here : saddles.at(level))
            connect(here);
    find_trunk();
}

basin_index basin_forest::root(basin_index b) {
    basin_index* const up = up_.data();
    // Most are at most two steps away, which takes no guess.
    const basin_index second = up[up[b]];
    up[b] = second;
    b = second;
    while (up[b] != b)
        b = up[b] = up[up[b]];
    return b;
}

inline void basin_forest::connect(const saddle& here) {
    basin_index low = root(here.a), high = root(here.b);
    if (low == high)
        return;
    if (count_[static_cast<std::size_t>(low)] > count_[static_cast<std::size_t>(high)])
        std::swap(low, high);
    up_[static_cast<std::size_t>(low)] = high;
    count_[static_cast<std::size_t>(high)] += count_[static_cast<std::size_t>(low)];
    at(low).into = high;
    at(low).dies = here.level;
    swallowed_.push_back(low);
}

void basin_forest::find_trunk() {
    joins_trunk_.assign(basins.size(), basin::never);
    if (basins.empty())
        return;
    trunk_ = static_cast<basin_index>(std::max_element(count_.begin(), count_.end()) - count_.begin());
    joins_trunk_[static_cast<std::size_t>(trunk_)] = 0;
    for (std::size_t i = swallowed_.size(); i-- > 0;) {
        const basin& here = at(swallowed_[i]);
        joins_trunk_[static_cast<std::size_t>(swallowed_[i])] =
            std::max(here.dies, joins_trunk_[static_cast<std::size_t>(here.into)]);
    }
}

}  // namespace tomosweep::detail
