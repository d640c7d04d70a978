#pragma once

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
    /// A face and the levels of its voxels, those with a margin of one around them.
    struct side {
        const node_index* nodes;
        std::vector<class_t> levels;
    };

    side side_of(const std::vector<boundary_tree::node>& nodes, const std::vector<node_index>& face) const;
    const class_t* level_row(const std::vector<class_t>& levels, index_t slow) const {
        return levels.data() + (slow + 1) * stride() + 1;
    }
    node_index at(const side& face, index_t slow, index_t fast) const { return face.nodes[slow * extent_.fast + fast]; }
    index_t stride() const { return extent_.fast + 2; }
    template <class Visit>
    void for_each_marked(Visit&& visit) const;

    path_merger merger_;
    face_extent extent_;
    side a_, b_;
    std::vector<class_t> tops_;         ///< of straight pairs: the higher level, with a margin as in `side`
    std::vector<std::uint8_t> marked_;  ///< of one row: what connects at a voxel
};

}  // namespace tomosweep::detail
