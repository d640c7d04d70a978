#include "tomosweep/grid/halo.hpp"

#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/grid/box_transfer.hpp"

namespace tomosweep {

template <transferable T>
array3<T> fetch(const domain& grid, view3<const T> own, const box3& wanted) {
    const std::vector<box3> wishes = grid.ranks().all_gather(wanted);
    std::vector<box_share> shares;
    for (int rank = 0; rank < grid.ranks().size(); ++rank)
        shares.push_back({rank, grid.blocks().box(rank), wishes[static_cast<std::size_t>(rank)]});
    box_transfer parts(grid.ranks(), shares);
    array3<T> result = agreed(grid.ranks(), [&] {
        parts.pack(own);
        return array3<T>(wanted.extent());
    });
    parts.run();
    parts.place(own, result.view());
    return result;
}

template array3<std::uint8_t> fetch(const domain&, view3<const std::uint8_t>, const box3&);
template array3<std::uint16_t> fetch(const domain&, view3<const std::uint16_t>, const box3&);
template array3<std::int16_t> fetch(const domain&, view3<const std::int16_t>, const box3&);
template array3<float> fetch(const domain&, view3<const float>, const box3&);
template array3<std::uint32_t> fetch(const domain&, view3<const std::uint32_t>, const box3&);
template array3<std::uint64_t> fetch(const domain&, view3<const std::uint64_t>, const box3&);

}  // namespace tomosweep
