#include "boundary_tree.hpp"

#include <limits>
#include <utility>

#include "face_zipper.hpp"
#include "path_merger.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace detail {
namespace {

using node_index = boundary_tree::node_index;
constexpr node_index none = boundary_tree::none;

/// The axis along which b follows a; throws when it does not.
int joint_axis(const box3& a, const box3& b) {
    for (int direction = 0; direction < 3; ++direction) {
        box3 expected = a;
        along(expected.lo, static_cast<axis>(direction)) = component_of(a.hi, direction);
        along(expected.hi, static_cast<axis>(direction)) = component_of(b.hi, direction);
        if (b == expected)
            return direction;
    }
    return -1;
}

/// One face of the union, made of the faces of a and b side by side.
std::vector<node_index> beside(std::vector<node_index> a, const std::vector<node_index>& b, index_t rows) {
    if (a.empty() && b.empty())
        return {};
    if (rows == 1) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    }
    std::vector<node_index> both;
    both.reserve(a.size() + b.size());
    const auto of_a = static_cast<index_t>(a.size()) / rows, of_b = static_cast<index_t>(b.size()) / rows;
    for (index_t row = 0; row < rows; ++row) {
        both.insert(both.end(), a.begin() + row * of_a, a.begin() + (row + 1) * of_a);
        both.insert(both.end(), b.begin() + row * of_b, b.begin() + (row + 1) * of_b);
    }
    return both;
}

/// Appends b's nodes to a's; b's faces then name the new places.
void append_nodes(boundary_tree& a, boundary_tree& b) {
    require(a.nodes.size() + b.nodes.size() <= static_cast<std::size_t>(std::numeric_limits<node_index>::max()),
            "a boundary tree has fewer than 2^31 nodes");
    const auto offset = static_cast<node_index>(a.nodes.size());
    for (boundary_tree::node& node : b.nodes)
        if (node.parent != none)
            node.parent += offset;
    a.nodes.insert(a.nodes.end(), b.nodes.begin(), b.nodes.end());
    b.nodes = {};
    for (auto& face : b.faces)
        for (node_index& index : face)
            if (index != none)
                index += offset;
}

/// Places of the nodes in the order of their levels, without merged ones.
std::vector<node_index> by_level(const std::vector<boundary_tree::node>& nodes) {
    std::array<node_index, 257> first{};
    for (const auto& node : nodes)
        if (node.merged == 0)
            ++first[static_cast<std::size_t>(node.level) + 1];
    for (std::size_t level = 1; level < first.size(); ++level)
        first[level] += first[level - 1];
    std::vector<node_index> order(static_cast<std::size_t>(first.back()));
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].merged == 0)
            order[static_cast<std::size_t>(first[nodes[i].level]++)] = static_cast<node_index>(i);
    return order;
}

}  // namespace

boundary_tree attach(boundary_tree a, boundary_tree b) {
    require(a.problem == b.problem, "trees of the same volume are joined");
    if (b.box.empty())
        return a;
    if (a.box.empty())
        return b;
    if (joint_axis(a.box, b.box) < 0)
        std::swap(a, b);
    const int direction = joint_axis(a.box, b.box);
    require(direction >= 0, "joined boxes share a whole face");

    append_nodes(a, b);
    const extent3 extent = a.box.extent();
    auto& seam_a = a.faces[static_cast<std::size_t>(2 * direction + 1)];
    auto& seam_b = b.faces[static_cast<std::size_t>(2 * direction)];
    face_zipper(a.nodes, seam_a, seam_b, extent_of_face(extent, direction)).connect(a.problem.adjacency);

    seam_a = std::move(b.faces[static_cast<std::size_t>(2 * direction + 1)]);
    for (int other = 0; other < 3; ++other) {
        if (other == direction)
            continue;
        const bool slow = direction < 3 - direction - other;
        for (int side = 0; side < 2; ++side) {
            auto& face = a.faces[static_cast<std::size_t>(2 * other + side)];
            face = beside(std::move(face), b.faces[static_cast<std::size_t>(2 * other + side)],
                          slow ? 1 : extent_of_face(extent, other).slow);
        }
    }
    along(a.box.hi, static_cast<axis>(direction)) = component_of(b.box.hi, direction);
    return a;
}

void settle(boundary_tree& tree, component_curves& curves) {
    auto& nodes = tree.nodes;
    std::vector<node_index> place(nodes.size(), none);
    constexpr node_index wanted = 0;
    for (auto& face : tree.faces)
        for (node_index& index : face)
            if (index != none) {
                index = resolve(nodes, index);
                place[static_cast<std::size_t>(index)] = wanted;
            }

    const std::vector<node_index> order = by_level(nodes);
    node_index kept = 0;
    for (const node_index index : order) {
        auto& node = nodes[static_cast<std::size_t>(index)];
        if (node.parent != none)
            node.parent = resolve(nodes, node.parent);
        auto* const parent = node.parent == none ? nullptr : &nodes[static_cast<std::size_t>(node.parent)];
        auto& here = place[static_cast<std::size_t>(index)];
        if (here == none) {
            curves.settle(node.level, parent == nullptr ? max_phases : parent->level, node.voxels, node.touches == 3);
            if (parent != nullptr) {
                parent->voxels += node.voxels;
                parent->touches |= node.touches;
            }
        } else {
            here = kept++;
            if (parent != nullptr)
                place[static_cast<std::size_t>(node.parent)] = wanted;
        }
    }

    std::vector<boundary_tree::node> left(static_cast<std::size_t>(kept));
    for (const node_index index : order) {
        const node_index here = place[static_cast<std::size_t>(index)];
        if (here == none)
            continue;
        auto& node = left[static_cast<std::size_t>(here)];
        node = nodes[static_cast<std::size_t>(index)];
        if (node.parent != none)
            node.parent = place[static_cast<std::size_t>(node.parent)];
    }
    for (auto& face : tree.faces)
        for (node_index& index : face)
            if (index != none)
                index = place[static_cast<std::size_t>(index)];
    nodes = std::move(left);
}

}  // namespace detail

boundary_tree join(boundary_tree a, boundary_tree b, component_curves& curves) {
    boundary_tree both = detail::attach(std::move(a), std::move(b));
    detail::settle(both, curves);
    return both;
}

}  // namespace tomosweep
