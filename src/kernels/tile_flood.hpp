#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tomosweep/kernels/component_tree.hpp"

namespace tomosweep::detail {

/// Grows the boundary tree of one tile by flooding: water stands at one voxel, runs down to lower neighbours first, and
/// rises when nothing lower is left; every component whose level the water leaves is complete. Each voxel waits once in
/// the stack of its class, and no union-find is needed. Buffers are kept from tile to tile.
class tile_flood {
public:
    /// A tile may have at most this many voxels, with a margin of one around it.
    static constexpr index_t max_voxels = index_t{1} << 31;

    boundary_tree run(view3<const class_t> classes, const box3& box, const component_problem& problem,
                      component_curves& curves);

private:
    using place = std::uint32_t;
    using node_index = boundary_tree::node_index;

    /// A component under water: what is settled below it is included in `voxels`.
    struct basin {
        int level = 0;
        std::int64_t voxels = 0;
        std::uint8_t touches = 0;
        node_index node = boundary_tree::none;
    };

    void load(view3<const class_t> classes);
    void mark_faces();
    void lay_out_stacks(view3<const class_t> classes);
    template <connectivity Adjacency>
    void flood_all();
    template <connectivity Adjacency>
    void flood_from(place seed);
    template <connectivity Adjacency>
    bool descend(place& here, int& level);
    void take(place here);
    void rise(int level);
    void close(const basin& full, basin& next);
    void close_root(const basin& full);
    node_index new_node();
    void push(place where, int level);
    int lowest_waiting() const;
    void read_faces(view3<const class_t> classes);
    template <class Visit>
    void for_each_on_face(int direction, int side, Visit&& visit) const;
    place place_of(const index3& index) const {
        return static_cast<place>((index.z + 1) * plane_ + (index.y + 1) * row_ + index.x + 1);
    }

    boundary_tree tree_;
    component_curves* curves_ = nullptr;
    extent3 extent_;
    index_t row_ = 0, plane_ = 0;

    std::vector<class_t> dry_;         ///< class of voxels not yet reached, class_outside elsewhere and around
    std::vector<std::uint8_t> marks_;  ///< bits: first layer, last layer, on an open face
    std::vector<node_index> node_of_;  ///< node of marked voxels
    std::vector<place> waiting_;       ///< the stacks of all classes, one after the other
    std::array<place, 256> top_{}, bottom_{};
    std::array<std::uint64_t, 4> occupied_{};  ///< bit per class whose stack is not empty
    std::vector<basin> basins_;                ///< innermost last
};

}  // namespace tomosweep::detail
