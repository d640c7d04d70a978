#include "tomosweep/grid/halo.hpp"

#include "tomosweep/comm/agreement.hpp"

namespace tomosweep {
namespace {

box3 relative(const box3& box, const index3& origin) {
    return {box.lo - origin, box.hi - origin};
}

template <class T>
std::vector<std::byte> packed(view3<const T> from) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(from.voxels()) * sizeof(T));
    copy(from, view3<T>(reinterpret_cast<T*>(bytes.data()), from.extent()));
    return bytes;
}

/// Calls `visit(rank, part)` for every rank whose block meets `box`, with the part they share.
template <class Visit>
void for_each_owner(const decomposition& blocks, const box3& box, Visit&& visit) {
    const box3 positions = blocks.positions_meeting(box);
    for (index_t z = positions.lo.z; z < positions.hi.z; ++z)
        for (index_t y = positions.lo.y; y < positions.hi.y; ++y)
            for (index_t x = positions.lo.x; x < positions.hi.x; ++x) {
                const int rank = blocks.rank_at({z, y, x});
                if (const box3 shared = intersection(blocks.box(rank), box); !shared.empty())
                    visit(rank, shared);
            }
}

}  // namespace

template <transferable T>
array3<T> fetch(const domain& grid, view3<const T> own, const box3& wanted) {
    const std::vector<box3> wishes = grid.ranks().all_gather(wanted);
    const int self = grid.ranks().rank();
    std::vector<message> outgoing, incoming;
    // All memory is taken before anything is sent, so that a rank that cannot have it leaves nobody waiting.
    array3<T> result = agreed(grid.ranks(), [&] {
        for (int rank = 0; rank < grid.ranks().size(); ++rank)
            if (const box3 part = intersection(grid.own(), wishes[static_cast<std::size_t>(rank)]);
                rank != self && !part.empty())
                outgoing.push_back({rank, packed(own.part(relative(part, grid.own().lo)))});
        for_each_owner(grid.blocks(), wanted, [&](int rank, const box3& part) {
            if (rank != self)
                incoming.push_back({rank, std::vector<std::byte>(static_cast<std::size_t>(part.voxels()) * sizeof(T))});
        });
        return array3<T>(wanted.extent());
    });
    grid.ranks().transfer(outgoing, incoming);
    outgoing.clear();

    std::size_t next = 0;
    for_each_owner(grid.blocks(), wanted, [&](int rank, const box3& part) {
        const view3<const T> from =
            rank == self ? own.part(relative(part, grid.own().lo))
                         : view3<const T>(reinterpret_cast<const T*>(incoming[next++].bytes.data()), part.extent());
        copy(from, result.view().part(relative(part, wanted.lo)));
    });
    return result;
}

template array3<std::uint8_t> fetch(const domain&, view3<const std::uint8_t>, const box3&);
template array3<std::uint16_t> fetch(const domain&, view3<const std::uint16_t>, const box3&);
template array3<std::int16_t> fetch(const domain&, view3<const std::int16_t>, const box3&);
template array3<float> fetch(const domain&, view3<const float>, const box3&);
template array3<std::uint32_t> fetch(const domain&, view3<const std::uint32_t>, const box3&);
template array3<std::uint64_t> fetch(const domain&, view3<const std::uint64_t>, const box3&);

}  // namespace tomosweep
