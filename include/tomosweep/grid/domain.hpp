#pragma once

#include <vector>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// How a volume is cut into blocks, one per rank: a regular grid of ranks, cut lines spread as evenly as integers
/// allow. Rank r sits at grid position (r / (py px), r / px mod py, r mod px); along an axis of n voxels and p ranks,
/// block i holds the voxels [n i / p, n (i + 1) / p). Blocks may be empty when p > n. Pure and local.
///
/// Worked example: extent (5, 4, 3) on a grid of (2, 1, 2) ranks. Rank 0 holds z [0, 2) y [0, 4) x [0, 1), rank 1 the
/// same z and y with x [1, 3), ranks 2 and 3 hold z [2, 5).
class decomposition {
public:
    decomposition(extent3 volume, extent3 ranks_per_axis) : volume_(volume), ranks_(ranks_per_axis) {}

    const extent3& volume() const { return volume_; }
    const extent3& ranks_per_axis() const { return ranks_; }
    int ranks() const { return static_cast<int>(voxel_count(ranks_)); }

    index3 position(int rank) const;
    int rank_at(const index3& position) const { return static_cast<int>(linear_index(position, ranks_)); }
    box3 box(int rank) const;
    /// Voxels of all blocks whose grid positions lie in `positions` together, which is a box again.
    box3 box_of(const box3& positions) const;
    /// Grid positions whose blocks may meet `box`; a superset is never returned for non-empty blocks.
    box3 positions_meeting(const box3& box) const;

private:
    extent3 volume_;
    extent3 ranks_;
};

/// The grid for `ranks` ranks that keeps blocks equal first and their surface small second. Cuts along x cost most,
/// since they break rows; then those along z, which need distances of whole blocks (see find_balls).
extent3 choose_grid(const extent3& volume, int ranks);

/// A volume shared by the ranks of a communicator: who holds which box. Operations charge their steps to the `ledger`,
/// if there is one.
class domain {
public:
    domain(const communicator& ranks, const extent3& volume, step_ledger* ledger = nullptr)
        : domain(ranks, decomposition(volume, choose_grid(volume, ranks.size())), ledger) {}
    domain(const communicator& ranks, const decomposition& blocks, step_ledger* ledger = nullptr);

    const communicator& ranks() const { return *ranks_; }
    const decomposition& blocks() const { return blocks_; }
    const extent3& volume() const { return blocks_.volume(); }
    const box3& own() const { return own_; }
    step_ledger* ledger() const { return ledger_; }

private:
    const communicator* ranks_;
    step_ledger* ledger_;
    decomposition blocks_;
    box3 own_;
};

}  // namespace tomosweep
