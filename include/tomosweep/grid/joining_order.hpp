#pragma once

#include <cstdint>
#include <vector>

#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// What a rank does in one round: nothing, give what it holds to `partner` and be done, or take in what that one holds.
struct joining_role {
    enum class action : std::uint8_t { rest, send, receive } what = action::rest;
    int partner = 0;
};

/// How the blocks of a decomposition become one box: in every round boxes that lie beside each other along one axis are
/// joined in pairs, as in a tree. An axis of n ranks takes ceil(log2 n) rounds, and all boxes of a round are about
/// equal, whatever n is: it is halved as evenly as integers allow, then its halves, and the last halving is joined
/// first. A joined box is held by the rank at its `lowest` or `highest` position. Two things that have to be joined
/// share the ranks best when they are joined from opposite ends: who takes in one gives the other away. Pure and local.
///
/// Worked example: 5 ranks along z. The lowest keeps: round 0 joins 3 and 4 at rank 3, round 1 joins 0 and 1 at rank 0,
/// 2 and (3, 4) at rank 2, round 2 joins both at rank 0.
class joining_order {
public:
    enum class keeper : std::uint8_t { lowest, highest };

    joining_order(const decomposition& blocks, keeper who);

    int rounds() const { return static_cast<int>(rounds_.size()); }
    joining_role role(int round, int rank) const;
    /// Voxels of the box that the rank holds before the round; empty when it has given it away.
    box3 held(int round, int rank) const;

private:
    /// The axis of a round, and into how many parts the axes are divided before it: powers of two.
    struct division {
        axis direction = axis::z;
        extent3 parts;
    };

    /// Position in the grid of ranks, counted from the keeper's end.
    index3 place(int rank) const;
    index3 mirrored(const index3& position) const;
    decomposition groups(int round) const;

    decomposition blocks_;
    keeper keeper_;
    std::vector<division> rounds_;
};

}  // namespace tomosweep
