#pragma once

#include <cstdint>
#include <vector>

#include "path_merger.hpp"
#include "tomosweep/kernels/component_tree.hpp"

namespace tomosweep::detail {

/// Grows the boundary tree of one tile from runs along x of equal class: every run is a node, and touching runs are
/// connected. Faster than basins as long as the runs are long, which they are in chains of few phases.
class tile_runs {
public:
    /// Finds the runs of a tile. False when they are so short that basins are faster; the tile is left alone then.
    bool find(view3<const class_t> classes, const component_problem& problem);

    /// The tree of the tile whose runs were found last.
    boundary_tree run(const box3& box, const component_problem& problem, component_curves& curves);

private:
    using node_index = boundary_tree::node_index;
    /// The run i is the node i.
    struct run_of_row {
        std::int32_t begin = 0;
        std::int32_t end = 0;
        class_t level = 0;
    };

    void find_in_row(const class_t* row, int phases);
    void connect_row(path_merger& merger, index_t row) const;
    void connect_rows(path_merger& merger, index_t row, index_t other, std::int32_t reach) const;
    void touch_layers(boundary_tree& tree) const;
    void fill_faces(boundary_tree& tree) const;

    extent3 extent_;
    std::vector<run_of_row> runs_;
    std::vector<node_index> first_;  ///< first run of every row, and the number of runs
    index_t voxels_ = 0;
};

}  // namespace tomosweep::detail
