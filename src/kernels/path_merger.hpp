#pragma once

#include <utility>
#include <vector>

#include "tomosweep/kernels/component_tree.hpp"

namespace tomosweep::detail {

/// The node that `index` has been merged into; halves the way for later questions.
inline boundary_tree::node_index resolve(std::vector<boundary_tree::node>& nodes, boundary_tree::node_index index) {
    using node_index = boundary_tree::node_index;
    const auto at = [&](node_index i) -> boundary_tree::node& { return nodes[static_cast<std::size_t>(i)]; };
    while (at(index).merged != 0) {
        const node_index next = at(index).parent;
        if (at(next).merged == 0)
            return next;
        at(index).parent = at(next).parent;
        index = at(next).parent;
    }
    return index;
}

/// Merges root paths of a forest.
class path_merger {
public:
    explicit path_merger(std::vector<boundary_tree::node>& nodes) : nodes_(nodes) {}

    int level(boundary_tree::node_index index) const { return nodes_[static_cast<std::size_t>(index)].level; }

    /// Makes the components of a and b one from the higher of both levels on. Every turn climbs one level of at most
    /// 254, or merges two nodes for good.
    void connect(boundary_tree::node_index a, boundary_tree::node_index b) {
        node_index low = resolve(nodes_, a);
        node_index high = resolve(nodes_, b);
        if (level(low) > level(high))
            std::swap(low, high);
        while (true) {
            node_index above = parent(low);
            while (above != none && level(above) <= level(high)) {
                low = above;
                above = parent(low);
            }
            if (low == high)
                return;
            if (level(low) == level(high)) {
                node_index other = parent(high);
                // The earlier node stays: rows and boxes arrive one after the other, and a new root for each of them
                // would leave the earlier ones at the end of long chains.
                if (high < low) {
                    std::swap(low, high);
                    std::swap(above, other);
                }
                merge(low, high);
                if (other == none)
                    return;
                node(low).parent = lower(above, other);
                if (above == none)
                    return;
                low = lower(above, other);
                high = low == above ? other : above;
            } else {
                node(low).parent = high;
                if (above == none)
                    return;
                low = high;
                high = above;
            }
        }
    }

private:
    using node_index = boundary_tree::node_index;
    static constexpr node_index none = boundary_tree::none;

    boundary_tree::node& node(node_index index) { return nodes_[static_cast<std::size_t>(index)]; }
    node_index parent(node_index index) {
        const node_index direct = node(index).parent;
        return direct == none ? none : node(index).parent = resolve(nodes_, direct);
    }
    node_index lower(node_index a, node_index b) const { return a == none || level(b) < level(a) ? b : a; }
    void merge(node_index into, node_index from) {
        node(into).voxels += node(from).voxels;
        node(into).touches |= node(from).touches;
        node(from) = {0, into, node(from).level, 0, 1};
    }

    std::vector<boundary_tree::node>& nodes_;
};

}  // namespace tomosweep::detail
