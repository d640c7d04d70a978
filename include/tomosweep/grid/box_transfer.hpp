#pragma once

#include <span>
#include <vector>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/array.hpp"

namespace tomosweep {

/// What one rank has of a volume and what it wants of it; either may be empty.
struct box_share {
    int rank = 0;
    box3 held;
    box3 wanted;
};

/// Brings voxels from the ranks that hold them to those that want them, in three steps: pack() on every rank, run(),
/// place(). All memory is taken by pack(), before anything is sent, so that a rank that cannot have it leaves nobody
/// waiting. Cost: each wanted voxel travels once; what is sent and what arrives stand in memory besides both volumes.
class box_transfer {
public:
    /// `shares` of all ranks that take part, this one among them, each rank once, the same on all of them. No voxel is
    /// held twice. Local.
    box_transfer(const communicator& ranks, std::span<const box_share> shares);

    /// Copies what others want of `held`, this rank's box. Local. Throws resource_error when memory is short.
    template <transferable T>
    void pack(view3<const T> held);

    /// Collective over the ranks that take part; after pack() on each of them.
    void run();

    /// Copies what has arrived, and what this rank itself holds, to `wanted`, this rank's box. Voxels that nobody holds
    /// stay as they are. Local.
    template <transferable T>
    void place(view3<const T> held, view3<T> wanted) const;

private:
    const communicator* ranks_;
    box_share own_;
    std::vector<box3> sent_, received_;  // one for each message
    std::vector<message> outgoing_, incoming_;
};

}  // namespace tomosweep
