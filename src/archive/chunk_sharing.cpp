#include "chunk_sharing.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "tomosweep/comm/agreement.hpp"

namespace tomosweep::archive {
namespace {

/// Copies what both have in common; strides may differ.
void copy_shared(const voxel_block& from, const voxel_block& to, std::byte* target) {
    const box3 shared = intersection(from.box, to.box);
    const std::int64_t size = from.voxel_bytes;
    for (index_t z = shared.lo.z; z < shared.hi.z; ++z)
        for (index_t y = shared.lo.y; y < shared.hi.y; ++y) {
            const auto place = [&](const voxel_block& block) {
                return (z - block.box.lo.z) * block.plane_stride + (y - block.box.lo.y) * block.row_stride +
                       (shared.lo.x - block.box.lo.x) * size;
            };
            std::memcpy(target + place(to), from.data + place(from),
                        static_cast<std::size_t>(shared.extent().x * size));
        }
}

voxel_block dense(const std::byte* data, const box3& box, std::int64_t voxel_bytes) {
    const extent3 extent = box.extent();
    return {data, box, voxel_bytes, extent.x * voxel_bytes, extent.y * extent.x * voxel_bytes};
}

std::size_t bytes_in(const box3& box, std::int64_t voxel_bytes) {
    return static_cast<std::size_t>(box.voxels() * voxel_bytes);
}

}  // namespace

chunk_sharing::chunk_sharing(const communicator& ranks, const extent3& volume, const extent3& chunk, const box3& own,
                             index_t batches)
    : ranks_(&ranks), volume_(volume), chunk_(chunk), batches_(batches), own_(own), boxes_(ranks.all_gather(own)) {
    const box3 near = grown(own, chunk, whole(volume));
    for (int rank = 0; rank < ranks.size(); ++rank)
        if (!intersection(boxes_[static_cast<std::size_t>(rank)], near).empty())
            neighbours_.push_back(rank);
}

std::vector<int> chunk_sharing::ranks_meeting(const box3& box) const {
    std::vector<int> meeting;
    for (const int rank : neighbours_)
        if (!intersection(boxes_[static_cast<std::size_t>(rank)], box).empty())
            meeting.push_back(rank);
    return meeting;
}

std::vector<index3> chunk_sharing::chunks_of(index_t number) const {
    std::vector<index3> chunks;
    if (own_.empty())
        return chunks;
    const auto first = [](index_t at, index_t edge) { return at / edge * edge; };
    const index_t columns = (volume_.x + chunk_.x - 1) / chunk_.x;
    for (index_t z = first(own_.lo.z, chunk_.z); z < own_.hi.z; z += chunk_.z)
        for (index_t y = first(own_.lo.y, chunk_.y); y < own_.hi.y; y += chunk_.y)
            for (index_t x = first(own_.lo.x, chunk_.x); x < own_.hi.x; x += chunk_.x)
                if ((y / chunk_.y * columns + x / chunk_.x) % batches_ == number)
                    chunks.push_back({z, y, x});
    return chunks;
}

/// What a rank gives away and expects of a batch. Both sides of a pair go through their common chunks in the same
/// order.
struct chunk_sharing::exchange_plan {
    struct part {
        std::size_t chunk;  // in batch::chunks
        int rank;
        box3 box;
    };
    std::vector<owned_chunk> chunks;
    std::vector<part> expected;
    std::map<int, std::vector<std::byte>> leaving;
};

chunk_sharing::exchange_plan chunk_sharing::planned(index_t number, const voxel_block& own) const {
    exchange_plan plan;
    const int self = ranks_->rank();
    for (const index3& lo : chunks_of(number)) {
        const box3 box = chunk_box(lo);
        const bool alone = intersection(box, own_) == box;
        const std::vector<int> meeting = alone ? std::vector<int>{self} : ranks_meeting(box);
        if (meeting.front() != self) {
            const box3 part = intersection(box, own_);
            std::vector<std::byte>& bytes = plan.leaving[meeting.front()];
            const std::size_t before = bytes.size();
            bytes.resize(before + bytes_in(part, own.voxel_bytes));
            std::byte* const to = bytes.data() + before;
            copy_shared(own, dense(to, part, own.voxel_bytes), to);
            continue;
        }
        for (const int rank : meeting)
            if (rank != self)
                plan.expected.push_back(
                    {plan.chunks.size(), rank, intersection(box, boxes_[static_cast<std::size_t>(rank)])});
        plan.chunks.push_back({lo, {}});
    }
    return plan;
}

chunk_sharing::batch chunk_sharing::gathered(index_t number, const voxel_block& own) const {
    batch found;
    std::vector<message> outgoing;
    exchange_plan plan;
    agreed(*ranks_, [&] {
        plan = planned(number, own);
        std::map<int, std::size_t> arriving;
        for (const exchange_plan::part& each : plan.expected)
            arriving[each.rank] += bytes_in(each.box, own.voxel_bytes);
        for (const auto& [rank, bytes] : arriving)
            found.messages.push_back({rank, std::vector<std::byte>(bytes)});
        for (auto& [rank, bytes] : plan.leaving)
            outgoing.push_back({rank, std::move(bytes)});
    });
    ranks_->transfer(outgoing, found.messages);

    found.chunks = std::move(plan.chunks);
    std::map<int, const std::byte*> next;
    for (const message& each : found.messages)
        next[each.rank] = each.bytes.data();
    for (const exchange_plan::part& each : plan.expected) {
        const std::byte*& data = next[each.rank];
        found.chunks[each.chunk].received.push_back(dense(data, each.box, own.voxel_bytes));
        data += bytes_in(each.box, own.voxel_bytes);
    }
    return found;
}

void chunk_sharing::fill(const owned_chunk& chunk, const voxel_block& own, std::byte* to) const {
    const box3 box{chunk.lo, chunk.lo + chunk_};
    const voxel_block target = dense(to, box, own.voxel_bytes);
    if (intersection(box, own_) != box)
        std::memset(to, 0, bytes_in(box, own.voxel_bytes));
    copy_shared(own, target, to);
    for (const voxel_block& part : chunk.received)
        copy_shared(part, target, to);
}

}  // namespace tomosweep::archive
