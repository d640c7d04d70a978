#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "level_buckets.hpp"
#include "tomosweep/kernels/component_tree.hpp"

namespace tomosweep::detail {

using basin_index = std::int32_t;

/// Two basins that touch at `level`.
struct saddle {
    basin_index a = 0;
    basin_index b = 0;
    class_t level = 0;
};

/// All from which water runs to one sink. A voxel belongs to the component of its basin from its own class on.
struct basin {
    static constexpr class_t never = class_outside;

    basin_index into = 0;     ///< the basin that swallows this one, at level `dies`
    std::int32_t voxels = 0;  ///< of the component of level `level`, while the basin stands for one
    boundary_tree::node_index node = boundary_tree::none;  ///< of that component
    class_t dies = never;
    class_t level = 0;  ///< at first the class of the sink
    std::uint8_t touches = 0;
};

/// Which basin of a tile swallows which, and at what level, as water rises.
class basin_forest {
public:
    std::vector<basin> basins;

    /// Merges what touches at the saddles, level by level; of two the one of more basins stays.
    void merge(const level_buckets<saddle>& saddles, int phases);

    /// The swallowed basins in the order of their levels.
    std::span<const basin_index> swallowed() const { return swallowed_; }
    /// The basin of most others; nearly all voxels of high classes are in its component.
    basin_index trunk() const { return trunk_; }
    /// The level from which on the voxels of each basin are in the trunk, or never; of the trunk 0.
    std::span<const class_t> joins_trunk() const { return joins_trunk_; }

    /// The basin that stands for the component of b at `level`. Levels must not fall from call to call.
    basin_index climb(basin_index b, std::size_t level) {
        while (at(b).dies <= level) {
            const basin_index above = at(b).into;
            if (at(above).dies > level)
                return above;
            at(b).into = at(above).into;
            b = at(above).into;
        }
        return b;
    }
    basin& at(basin_index b) { return basins[static_cast<std::size_t>(b)]; }

private:
    basin_index root(basin_index b);
    void connect(const saddle& here);
    void find_trunk();

    std::vector<basin_index> up_, count_;  ///< union-find: towards the root, basins below a root
    std::vector<basin_index> swallowed_;
    std::vector<class_t> joins_trunk_;
    basin_index trunk_ = 0;
};

}  // namespace tomosweep::detail
