#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tomosweep/core/array.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/depth.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/grid/domain.hpp"
#include "tomosweep/kernels/ball_list.hpp"
#include "tomosweep/kernels/known_thickness.hpp"

namespace tomosweep {

/// Whether the thickness of every voxel is wanted, or only what is counted of it.
enum class thickness_map : std::uint8_t { dropped, kept };

/// Local thickness of one phase of the whole volume, on every rank.
struct thickness_result {
    thickness_table table;              ///< ordered by (radius_sq, depth_bin)
    thickness_table field_table;        ///< the same by the bins of a depth_field, if one was given
    distance_sq_t max_distance_sq = 0;  ///< 0 when the phase is empty

    friend bool operator==(const thickness_result&, const thickness_result&) = default;
};

/// What is asked about the thickness of phases of one class volume.
struct thickness_request {
    depth_bins depth;
    /// Ascending, the least squared radius that each of n resolution limits keeps.
    std::vector<distance_sq_t> minimum_sq = {};
    thickness_map map = thickness_map::dropped;
    /// May bin the voxels of the own block in another way for a second table; null for none.
    const depth_field* field = nullptr;
};

/// Whether a larger phase of the same class volume is measured later.
enum class phases_to_come : std::uint8_t { none, some };

/// Exact local thickness (Hildebrand & Rueegsegger 1997) of phases of one class volume, as squared radii in voxels: of
/// voxel p, the largest squared distance d of a phase voxel c with |p - c|^2 < d. The volume's border and class_outside
/// are unknown, they end no sphere; a volume without background has unbounded_sq in all of the phase.
///
/// Method: find_balls; balls that reach over the block's faces travel to the blocks they meet as 20 bytes each (nothing
/// else crosses); painting. A ball that a smaller phase had with the same radius need not travel and be painted again,
/// as long as distances fit into 16 bits: its voxels are as thick already, and thickness never falls when a phase
/// grows. Between neighbouring thresholds these are four of five.
///
/// Peak: first what find_balls takes, then 2 to 5 bytes per ball (centres are 10 to 30 % of a crack phase) and per
/// voxel 1 for kept_classes and 4 for a kept map; with phases to come as much again for balls, and known_thickness.
/// Tables are merged pairwise in log2(ranks) rounds.
class chain_thickness {
public:
    /// `own` and `grid` must outlive this. Collective. Throws internal_error on every rank when an argument does not
    /// fit.
    chain_thickness(const domain& grid, view3<const class_t> own, thickness_request request);

    /// The thickness of the phase of classes <= `phase`, which must be larger from call to call. Collective.
    /// Bit-identical for any number of ranks and threads, and for any phases measured before. Throws on every rank:
    /// resource_error when squared distances do not fit (see require_distances_fit) or memory is short.
    thickness_result measure(int phase, phases_to_come later = phases_to_come::none);

    /// The same for the chain's largest phase, which is the last one: what limits keep of it is written over the class
    /// volume, `own`, and takes no memory of its own.
    thickness_result measure_last(int phase, view3<class_t> own);

    /// Of the phase measured last, own block: the chain of what resolution limits keep, a class volume again. Class k
    /// is the smallest with radius_sq >= minimum_sq[n - 1 - k], so 0 belongs to the largest limit; background and phase
    /// voxels below all limits become class_background, class_outside stays. Without limits it is empty. Worked
    /// example: minimum_sq {1, 4, 9}; radius_sq 1 has class 2, 4 and 8 class 1, 9 class 0.
    view3<const class_t> kept_classes() const { return kept_; }
    /// The same: squared radius of the largest covering ball, 0 outside the phase; empty unless asked for.
    view3<const distance_sq_t> thickness_sq() const { return thickness_sq_.view(); }

private:
    ball_list not_painted_yet(const ball_list& balls);
    void prepare_volumes();
    thickness_result measure_into(view3<class_t> kept, int phase, phases_to_come later);

    const domain& grid_;
    view3<const class_t> own_;
    thickness_request request_;
    std::optional<ball_list> balls_before_;  ///< own balls of the phase before, whose thickness is known
    known_thickness known_;
    array3<class_t> kept_classes_;
    view3<class_t> kept_;  ///< of them, or the class volume
    array3<distance_sq_t> thickness_sq_;
};

}  // namespace tomosweep
