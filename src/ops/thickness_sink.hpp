#pragma once

#include <map>
#include <span>
#include <vector>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/kernels/thickness.hpp"

namespace tomosweep {

/// Sum of two joint histograms.
thickness_table merged(const thickness_table& a, const thickness_table& b);

/// Sum over all ranks, on every rank; merged pairwise in log2(ranks) rounds. Collective.
void sum_tables(const communicator& ranks, thickness_table& table);

/// Joint histogram of the voxels that one thread paints, in any order. 4 bytes per squared radius up to the largest one
/// or 2^16, 16 more where rows are added, and 8 per bin for each radius that occurs.
class thickness_counter {
public:
    /// `origin` is the place of the block in the volume, `largest_sq` no less than any squared radius; the bins must
    /// outlive the counter.
    thickness_counter(const depth_bins& depth, const index3& origin, distance_sq_t largest_sq);
    /// Bins by voxel instead of by layer.
    thickness_counter(const depth_field& field, const index3& origin, distance_sq_t largest_sq);

    void add(const painted_run& run);
    void add(const row_radii& row);
    /// The histogram of everything added.
    thickness_table take();

private:
    void choose_row(distance_sq_t radius_sq);
    void add_waiting();
    /// Whether all voxels of a row lie in the same bin.
    bool binned_by_row() const { return field_ == nullptr && depth_->direction != axis::x; }
    /// The bin of a voxel of the block.
    std::int32_t bin_of(index_t z, index_t y, index_t x) const;

    const depth_bins* depth_ = nullptr;  ///< one of the two
    const depth_field* field_ = nullptr;
    index3 origin_;
    std::size_t bins_;
    distance_sq_t radius_sq_ = 0;                      ///< whose row is chosen
    std::int64_t* row_ = nullptr;                      ///< of bins
    std::vector<std::uint32_t> near_rows_;             ///< by squared radius: its row and one more, or 0
    std::map<distance_sq_t, std::uint32_t> far_rows_;  ///< the same of larger ones
    std::vector<std::int64_t> counts_;                 ///< by row and bin
    /// Voxels of one bin by squared radius, every other one in the second half: a counter that is raised twice in a row
    /// waits for itself. For bins of layers along z, which change rarely.
    std::vector<std::int64_t> waiting_;
    std::int32_t bin_waiting_ = 0;
};

/// What is made of the painted voxels of a block. Empty views are not written.
struct thickness_targets {
    view3<class_t> kept_classes;
    std::span<const distance_sq_t> minimum_sq;
    view3<distance_sq_t> thickness_sq;
};

/// Writes squared radii to the targets; one per thread.
class thickness_writer {
public:
    /// The limits must outlive the writer; `largest_sq` is no less than any squared radius.
    thickness_writer(const thickness_targets& targets, distance_sq_t largest_sq)
        : targets_(targets), largest_sq_(largest_sq) {}

    void write(const painted_run& run);
    void write(const row_radii& row);

private:
    thickness_targets targets_;
    distance_sq_t largest_sq_;
    distance_sq_t radius_sq_ = 0;
    class_t class_ = class_background;   // of radius_sq_
    std::vector<class_t> near_classes_;  ///< by squared radius
};

}  // namespace tomosweep
