#pragma once

#include <array>

#include "tomosweep/campaign/workload.hpp"
#include "tomosweep/comm/step_ledger.hpp"

namespace tomosweep {

/// What of a phase decides how much travels, besides the faces between blocks. docs/scaling.md says where the numbers
/// come from and how far they hold.
struct phase_texture {
    double tree_nodes = 0;       ///< of a boundary tree, per voxel of its open faces and phase of the chain
    double distance_layers = 0;  ///< fetched beyond each side of a cut, the first attempt included
    double balls = 0;            ///< that reach over a cut, per voxel of the cut and side
    double radii = 0;            ///< different values of local thickness
};

/// Plates of 4 to 16 voxels, a fifth of the volume; what lies between them; voxels drawn at random, half of the volume.
inline constexpr phase_texture crack_texture{0.004, 8, 0.07, 60};
inline constexpr phase_texture thick_texture{0.004, 30, 0.6, 600};
inline constexpr phase_texture noise_texture{0.015, 1.3, 0.008, 2.2};

/// Bytes of one step over a whole scan.
struct step_traffic {
    double total_bytes = 0;          ///< sent by all ranks
    double most_bytes_sent = 0;      ///< by one rank
    double most_bytes_received = 0;  ///< by one rank
};

/// What the ranks of one scan exchange, and what they wait for.
struct scan_traffic {
    std::array<step_traffic, step_count> steps{};
    double reductions = 0;   ///< one after the other, each over all ranks; agreements included
    double all_to_alls = 0;  ///< one after the other: every rank says something to every other
    /// Voxels of open faces that are joined one join after the other, over all passes; and in the largest join.
    double joined_face_voxels = 0, largest_join_voxels = 0;

    const step_traffic& of(scan_step what) const { return steps[static_cast<std::size_t>(what)]; }
    double total_bytes() const;
    double most_bytes_sent() const;
};

/// Prediction for a scan whose volume is cut into blocks by a grid of ranks. Pure. Cost: O(ranks).
scan_traffic predict_traffic(const extent3& volume, const extent3& ranks_per_axis, dtype type, const workload& work,
                             const phase_texture& texture);

}  // namespace tomosweep
