#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "basin_forest.hpp"
#include "level_buckets.hpp"
#include "tile_slopes.hpp"
#include "tomosweep/kernels/component_tree.hpp"

namespace tomosweep::detail {

/// Grows the boundary tree of one tile, of at most tile_slopes::edge voxels along each axis, from its basins: where
/// water from every voxel runs to, and the level at which neighbouring basins merge. A voxel needs no node and no
/// search of its own: it is in the component of its basin, which for most is the tile's largest, the trunk, and then
/// only counted. Buffers are kept from tile to tile.
class tile_basins {
public:
    boundary_tree run(view3<const class_t> classes, const box3& box, const component_problem& problem,
                      component_curves& curves);

private:
    using node_index = boundary_tree::node_index;

    /// A voxel that is not in the trunk at its level.
    struct voxel {
        basin_index basin;
        class_t level;
    };
    /// The same on a face that is open or an end of the depth axis.
    struct face_voxel {
        basin_index basin;
        std::uint16_t entry;  ///< of the face
        std::uint8_t face;
        class_t level;
    };
    /// What the trunk takes in at a level.
    struct trunk_level {
        std::int32_t voxels = 0;
        std::uint8_t touches = 0;
        bool open = false;
        node_index node = boundary_tree::none;
    };

    template <class Visit>
    void for_each_inside(index_t z, index_t y, Visit&& visit) const;
    template <class Visit>
    void for_each_inside_back(index_t z, index_t y, Visit&& visit) const;
    void label_basins();
    void find_sinks(index_t z, index_t y);
    void label_later_ones();
    void find_saddles();
    void find_voxels();
    void read_faces();
    void read_face(int direction, int side);
    std::uint8_t touches_of(std::size_t face) const;
    bool is_open(std::size_t face) const;

    void flood();
    void swallow(basin_index full, std::size_t level);
    void fill_trunk(std::size_t level);
    void enter(const face_voxel& here);
    basin& open(basin_index b, std::size_t level);
    void close_roots();
    void fill_trunk_faces();
    node_index new_node();
    boundary_tree::node& node(node_index index) { return tree_.nodes[static_cast<std::size_t>(index)]; }
    basin_index basin_at(std::int32_t place) const { return ~basin_of_[static_cast<std::size_t>(place)]; }

    boundary_tree tree_;
    component_curves* curves_ = nullptr;
    extent3 extent_;
    tile_slopes slopes_;
    basin_forest forest_;
    std::vector<std::int32_t> basin_of_;  ///< per place the complement of the basin; until that is known, a place below
    std::vector<std::int32_t> unlabelled_;
    std::vector<saddle> saddles_;
    std::vector<voxel> voxels_;
    std::vector<face_voxel> face_voxels_, trunk_face_voxels_;
    level_buckets<saddle> saddles_of_;
    level_buckets<voxel> voxels_of_;
    level_buckets<face_voxel> face_voxels_of_;
    std::array<trunk_level, class_outside + 1> trunk_{};
};

}  // namespace tomosweep::detail
