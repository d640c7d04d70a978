#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"

namespace tomosweep {

/// One connected component of a block.
struct component {
    std::uint64_t label = 0;  ///< 1 + smallest global linear index of its voxels in the block
    index_t voxels = 0;

    friend bool operator==(const component&, const component&) = default;
};

/// Phase voxels x in [begin, end) of one row, relative to the block.
struct component_run {
    index_t begin = 0;
    index_t end = 0;
    index_t component = 0;  ///< position in block_components::components()
};

/// The connected components of one phase in one block, held as runs along x.
class block_components {
public:
    /// Labels the voxels with class <= `phase`. `box` is the block's place in a volume of `whole_extent`; voxels beyond
    /// the block do not exist. The result is the same for any number of threads. Local. Union-find over runs, united by
    /// smallest index. Peak bytes: 1/8 per voxel and 16 per run; the runs remain.
    block_components(view3<const class_t> classes, int phase, connectivity adjacency, const box3& box,
                     const extent3& whole_extent);

    const extent3& extent() const { return extent_; }
    /// In ascending order of label.
    const std::vector<component>& components() const { return components_; }

    index_t runs_in_row(index_t z, index_t y) const { return first_run(z, y + 1) - first_run(z, y); }
    /// Run `i` of the row, in the order of x.
    component_run run(index_t z, index_t y, index_t i) const {
        const auto at = static_cast<std::size_t>(first_run(z, y) + i);
        return {edges_[2 * at], edges_[2 * at + 1], component_of_run_[at]};
    }

    /// Labels of the voxels of `part`, a box relative to the block: 0 = not in the phase.
    void write_labels(const box3& part, view3<std::uint64_t> labels) const;

private:
    index_t first_run(index_t z, index_t y) const { return first_run_[static_cast<std::size_t>(z * extent_.y + y)]; }
    void number_components(const box3& box, const extent3& whole_extent);

    extent3 extent_;
    std::vector<index_t> first_run_;         // by row, and one past the last row
    std::vector<std::uint32_t> edges_;       // begin and end of every run, in raster order
    std::vector<index_t> component_of_run_;  // while uniting: the run's parent
    std::vector<component> components_;
};

/// Labels of one block: 0 = not in the phase, else 1 + smallest global linear voxel index of the component within the
/// block. Arguments, cost and guarantees as block_components; 8 bytes per voxel for the result.
array3<std::uint64_t> label_components(view3<const class_t> classes, int phase, connectivity adjacency, const box3& box,
                                       const extent3& whole_extent);

}  // namespace tomosweep
