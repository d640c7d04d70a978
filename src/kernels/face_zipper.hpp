#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "path_merger.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/kernels/component_tree.hpp"

namespace tomosweep::detail {

/// Extent of a face as (slow, fast).
struct face_extent {
    index_t slow = 0;
    index_t fast = 0;
};

/// Connects the voxels of two faces that lie on each other. Few pairs of voxels connect anything: those whose higher
/// voxel is lower than that of all pairs beside them, for every other pair is connected by way of a lower one.
class face_zipper {
public:
    using node_index = boundary_tree::node_index;

    face_zipper(std::vector<boundary_tree::node>& nodes, const std::vector<node_index>& a,
                const std::vector<node_index>& b, face_extent extent);

    void connect(connectivity adjacency);

private:
    /// Levels of a row of voxels of both faces, and the higher of both, with a margin of one at both ends.
    struct level_row {
        std::vector<class_t> a, b, top;
    };

    level_row& row(index_t slow) { return rows_[static_cast<std::size_t>((slow + 3) % 3)]; }
    void read_row(index_t slow);
    void read_levels(const node_index* face, index_t slow, std::vector<class_t>& levels) const;
    void connect_straight(index_t slow, bool corners);
    void connect_diagonals(index_t slow);
    node_index at(const node_index* face, index_t slow, index_t fast) const { return face[slow * extent_.fast + fast]; }
    template <class Visit>
    void for_each_marked(Visit&& visit) const;

    const std::vector<boundary_tree::node>& nodes_;
    path_merger merger_;
    const node_index* a_;
    const node_index* b_;
    face_extent extent_;
    std::array<level_row, 3> rows_;     ///< one row before, the one in work, one behind
    std::vector<std::uint8_t> marked_;  ///< of one row: what connects at a voxel
};

}  // namespace tomosweep::detail
