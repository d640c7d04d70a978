#pragma once

#include <vector>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep::archive {

/// A box of voxels in memory; strides in bytes.
struct voxel_block {
    const std::byte* data = nullptr;
    box3 box;
    std::int64_t voxel_bytes = 1;
    std::int64_t row_stride = 0;
    std::int64_t plane_stride = 0;
};

/// Which rank packs which chunks of a volume that lies in boxes on several ranks. A chunk belongs to the lowest rank
/// whose box it meets; what the others have of it travels to that rank. Chunks are worked on in batches of columns
/// along z, so that every rank has work in each of them.
class chunk_sharing {
public:
    /// Collective. The boxes of the ranks do not overlap.
    chunk_sharing(const communicator& ranks, const extent3& volume, const extent3& chunk, const box3& own,
                  index_t batches);

    /// One chunk of the own ones, and where parts of it that other ranks sent lie in memory.
    struct owned_chunk {
        index3 lo;
        std::vector<voxel_block> received;
    };
    struct batch {
        std::vector<owned_chunk> chunks;
        std::vector<message> messages;  ///< what the parts lie in
    };

    /// Collective. The own chunks of batch `number`, in ascending order, with what other ranks have of them.
    batch gathered(index_t number, const voxel_block& own) const;

    /// Writes all voxels of a chunk densely to `to`; what no rank has is 0. Local; many threads may call it.
    void fill(const owned_chunk& chunk, const voxel_block& own, std::byte* to) const;

private:
    struct exchange_plan;

    exchange_plan planned(index_t number, const voxel_block& own) const;
    box3 chunk_box(const index3& lo) const { return intersection({lo, lo + chunk_}, whole(volume_)); }
    std::vector<index3> chunks_of(index_t number) const;
    std::vector<int> ranks_meeting(const box3& box) const;

    const communicator* ranks_;
    extent3 volume_;
    extent3 chunk_;
    index_t batches_;
    box3 own_;
    std::vector<box3> boxes_;      ///< by rank
    std::vector<int> neighbours_;  ///< ranks that may share a chunk with this one, and itself, ascending
};

}  // namespace tomosweep::archive
