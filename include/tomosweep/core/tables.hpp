#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// The 13 directions to half of the 26 neighbours: 3 axes, 6 face diagonals, 4 space diagonals.
inline constexpr std::array<index3, 13> half_directions = {{{0, 0, 1},
                                                            {0, 1, 0},
                                                            {1, 0, 0},
                                                            {0, 1, 1},
                                                            {0, 1, -1},
                                                            {1, 0, 1},
                                                            {1, 0, -1},
                                                            {1, 1, 0},
                                                            {1, -1, 0},
                                                            {1, 1, 1},
                                                            {1, 1, -1},
                                                            {1, -1, 1},
                                                            {1, -1, -1}}};

/// Components of one phase under one connectivity.
struct component_counts {
    std::int64_t count = 0;
    std::int64_t largest = 0;      ///< voxels of the largest component
    std::int64_t spans_depth = 0;  ///< 1 when one component touches the first and the last layer of the depth axis

    friend bool operator==(const component_counts&, const component_counts&) = default;
};

/// All integers about one phase that need no distance: what one pass over a class volume yields for each phase.
struct phase_counts {
    std::int64_t voxels = 0;
    /// Pairs of voxels (p, p + half_directions[d]), both inside the region, of which exactly one is in the phase.
    std::array<std::int64_t, 13> transitions{};
    /// Euler number of the phase inside the volume: 6-connected phase with 26-connected complement, and the reverse.
    std::int64_t euler_6 = 0;
    std::int64_t euler_26 = 0;
    /// Components by connectivity: [0] six, [1] twentysix.
    std::array<component_counts, 2> components;
    /// Phase voxels by depth bin.
    std::vector<std::int64_t> depth_voxels;

    friend bool operator==(const phase_counts&, const phase_counts&) = default;
};

/// Number of phase voxels of one local thickness in one depth bin.
struct thickness_count {
    distance_sq_t radius_sq = 0;  ///< squared radius of the largest covering ball, voxels; may be unbounded_sq
    std::int32_t depth_bin = 0;
    std::int64_t voxels = 0;

    friend bool operator==(const thickness_count&, const thickness_count&) = default;
};

/// Joint histogram of local thickness and depth of one phase, ordered by (radius_sq, depth_bin), without empty entries.
using thickness_table = std::vector<thickness_count>;

/// Number of pieces of one area that a phase leaves of its complement in the layers of a volume.
struct piece_count {
    std::int64_t voxels = 0;  ///< of each of them
    std::int64_t cut = 0;     ///< 1 when they touch the border of the region in their layer
    std::int64_t pieces = 0;

    friend bool operator==(const piece_count&, const piece_count&) = default;
};

/// Ordered by (voxels, cut), without empty entries.
using piece_table = std::vector<piece_count>;

/// What a phase leaves of its complement in the layers of a volume.
struct islet_tables {
    piece_table pieces;
    thickness_table widths;  ///< by local thickness in the layer, all in depth bin 0; empty when not asked for

    friend bool operator==(const islet_tables&, const islet_tables&) = default;
};

/// All integers about one phase of one scan over the whole sweep: every figure follows from these.
struct phase_tables {
    std::vector<double> threshold_grey;      ///< [threshold], the grey level really used (the upper one of a pair)
    std::vector<double> threshold_low_grey;  ///< [threshold] for a phase between two grey levels, else empty
    std::vector<std::vector<phase_counts>> counts;  ///< [threshold][resolution limit]
    /// [threshold]; empty when widths were not asked for.
    std::vector<thickness_table> thickness;
    /// [threshold], by normalised depth between the interfaces instead of by layer; empty without interfaces or widths.
    std::vector<thickness_table> normalised_thickness;
    std::vector<std::vector<islet_tables>> islets;  ///< [threshold][resolution limit]; empty when not asked for
    /// [threshold], largest squared distance in voxels; 0 for an empty phase, -1 where no background exists. Empty when
    /// widths were not asked for.
    std::vector<std::int64_t> max_distance_sq;
};

/// The region that a scan's figures refer to.
struct region_counts {
    std::int64_t voxels = 0;
    std::vector<std::int64_t> depth_voxels;            ///< by depth bin
    std::vector<std::int64_t> normalised_voxels = {};  ///< by normalised depth; empty without interfaces
};

}  // namespace tomosweep
