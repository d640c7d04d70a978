#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// Which component tree is asked for: the same for all boxes that are joined.
struct component_problem {
    extent3 whole;                               ///< extent of the whole volume
    int phases = 0;                              ///< phases of the chain, at most max_phases
    connectivity adjacency = connectivity::six;  ///< neighbours that connect
    axis depth = axis::z;                        ///< spanning means from the first to the last layer of this axis

    friend bool operator==(const component_problem&, const component_problem&) = default;
};

/// What is settled about the components of all phases: components that no later join can change. Three tables with one
/// entry per class; those of different boxes, threads and ranks are combined by +=, in any order, which adds the first
/// and takes the maximum of the other two.
struct component_curves {
    component_curves() = default;
    explicit component_curves(int phases);

    /// Components that begin at a class, minus those that a component of this class swallows.
    std::vector<std::int64_t> births;
    /// Voxels of the largest component that begins at a class.
    std::vector<std::int64_t> largest;
    /// 1 where a component that begins at a class touches the first and the last layer.
    std::vector<std::int64_t> spans;

    /// Enters a component of its final size, that begins at class `level` and grows or is swallowed at `next_level`
    /// (any level >= phases: never).
    void settle(int level, int next_level, std::int64_t voxels, bool spans_depth) {
        const auto at = static_cast<std::size_t>(level), next = static_cast<std::size_t>(next_level);
        ++births[at];
        if (next < births.size())
            --births[next];
        largest[at] = std::max(largest[at], voxels);
        spans[at] |= static_cast<std::int64_t>(spans_depth);
    }
    component_curves& operator+=(const component_curves& other);
    /// The answer for every phase, once the tree of the whole volume has been joined.
    std::vector<component_counts> counts() const;

    friend bool operator==(const component_curves&, const component_curves&) = default;
};

/// The part of the component tree of a box that the world outside may still change: nodes that contain voxels of open
/// faces, those beyond which the volume goes on. A node is a connected component of the phase of its level inside the
/// box; its parent contains it and has a higher level. Classes >= phases have no node.
struct boundary_tree {
    using node_index = std::int32_t;
    static constexpr node_index none = -1;

    struct node {
        std::int64_t voxels = 0;  ///< of this component without those of the children that are nodes, too
        node_index parent = none;
        std::uint8_t level = 0;
        std::uint8_t touches = 0;  ///< 1: first layer, 2: last layer; without those of the children
        std::uint16_t merged = 0;  ///< 1 while a join goes on: this node is the same as `parent`
    };

    component_problem problem;
    box3 box;
    /// Children stand before their parents.
    std::vector<node> nodes;
    /// Node of every voxel on a face, or none: faces[2 * axis] low, [2 * axis + 1] high side, the remaining two axes in
    /// their order. A face on the border of the whole volume is not open and has no entries.
    std::array<std::vector<node_index>, 6> faces;
};

/// Tree of one block, whose settled components go to `curves`. `classes` holds exactly the box; an empty box gives an
/// empty tree. The result's curves do not depend on tiles, threads or the order of joins.
///
/// Local; OpenMP threads share the tiles. Throws internal_error when boxes do not fit; what a thread throws arrives
/// here. Exact. Tiles whose runs along x are long are grown from runs, the others from the basins around their local
/// minima and the lowest saddles between these (Carr, Snoeyink & Axen 2003, Computing contour trees in all dimensions;
/// basins by steepest descent as in Lukasczyk, Will, Wetzels, Weber & Garth 2024, ExTreeM). Cost on one thread: 17 (6
/// neighbours) and 15 (26) ns per voxel for 254 phases, 3 to 7 ns for a few. Peak memory: some 30 bytes times the 64^3
/// voxels of a tile per thread, and about 0.25 bytes per voxel of the box for the trees.
boundary_tree grow(view3<const class_t> classes, const box3& box, const component_problem& problem,
                   component_curves& curves);

/// Tree of the union of two boxes that share a whole face. Adjacent voxels a, b across the face connect at level
/// max(class a, class b), by merging their paths to the root (Wilkinson, Gao, Hesselink, Jonker & Meijster 2008;
/// Gazagnes & Wilkinson 2021), of which only pairs that meet lower than those beside them need it. Joining with an
/// empty box is the identity. Local and serial; throws internal_error when the boxes do not fit. Cost: some 50 ns per
/// face voxel, proportional to the nodes of both trees.
boundary_tree join(boundary_tree a, boundary_tree b, component_curves& curves);

/// The tree as bytes, to be sent to another process of the same program, and back.
/// unpack throws internal_error when the bytes are not a packed tree.
std::vector<std::byte> pack(const boundary_tree& tree);
boundary_tree unpack(std::span<const std::byte> bytes);

}  // namespace tomosweep
