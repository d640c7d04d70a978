#pragma once

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

/// Joint histogram of the runs that one thread paints. Runs come with falling radius, slab after slab: the counts of
/// one radius are kept dense by depth bin, those of all radii sparse.
class thickness_counter {
public:
    /// `origin` is the place of the block in the volume; the bins must outlive the counter.
    thickness_counter(const depth_bins& depth, const index3& origin);
    /// Bins by voxel instead of by layer.
    thickness_counter(const depth_field& field, const index3& origin);

    void add(const painted_run& run);
    /// The histogram of everything added.
    thickness_table take();

private:
    void flush();
    void compact();
    std::int64_t& bin_at(index_t layer);
    void add_by_layer(const painted_run& run);
    void add_by_voxel(const painted_run& run);

    const depth_bins* depth_ = nullptr;  ///< one of the two
    const depth_field* field_ = nullptr;
    index3 origin_;
    distance_sq_t radius_sq_ = 0;
    std::vector<std::int64_t> of_bin_;
    thickness_table counts_;
    std::size_t compact_at_ = 0;
};

/// What is made of the painted voxels of a block. Empty views are not written.
struct thickness_targets {
    view3<class_t> kept_classes;
    std::span<const distance_sq_t> minimum_sq;
    view3<distance_sq_t> thickness_sq;
};

/// Writes runs to the targets; one per thread. Runs of one radius come after each other.
class thickness_writer {
public:
    /// The limits must outlive the writer.
    explicit thickness_writer(const thickness_targets& targets) : targets_(targets) {}

    void write(const painted_run& run);

private:
    thickness_targets targets_;
    distance_sq_t radius_sq_ = 0;
    class_t class_ = class_background;  // of radius_sq_
};

}  // namespace tomosweep
