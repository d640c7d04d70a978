#include "tomosweep/grid/joining_order.hpp"

#include <bit>

namespace tomosweep {
namespace {

index_t power_of_two_from(index_t count) {
    return static_cast<index_t>(std::bit_ceil(static_cast<std::uint64_t>(count)));
}

axis most_divided(const extent3& parts) {
    axis most = axis::z;
    for (const axis each : {axis::y, axis::x})
        if (along(parts, each) > along(parts, most))
            most = each;
    return most;
}

box3 one_at(const index3& position) {
    return {position, position + index3{1, 1, 1}};
}

/// The group that a position belongs to.
index3 group_of(const decomposition& groups, const index3& position) {
    return groups.positions_meeting(one_at(position)).lo;
}

}  // namespace

joining_order::joining_order(const decomposition& blocks, keeper who) : blocks_(blocks), keeper_(who) {
    const extent3& ranks = blocks.ranks_per_axis();
    extent3 parts{power_of_two_from(ranks.z), power_of_two_from(ranks.y), power_of_two_from(ranks.x)};
    for (axis direction = most_divided(parts); along(parts, direction) > 1; direction = most_divided(parts)) {
        rounds_.push_back({direction, parts});
        along(parts, direction) /= 2;
    }
}

index3 joining_order::mirrored(const index3& position) const {
    if (keeper_ == keeper::lowest)
        return position;
    const extent3& ranks = blocks_.ranks_per_axis();
    return {ranks.z - 1 - position.z, ranks.y - 1 - position.y, ranks.x - 1 - position.x};
}

index3 joining_order::place(int rank) const {
    return mirrored(blocks_.position(rank));
}

decomposition joining_order::groups(int round) const {
    return {blocks_.ranks_per_axis(), rounds_[static_cast<std::size_t>(round)].parts};
}

joining_role joining_order::role(int round, int rank) const {
    const axis direction = rounds_[static_cast<std::size_t>(round)].direction;
    const decomposition divided = groups(round);
    const index3 at = place(rank), group = group_of(divided, at);
    if (divided.box_of(one_at(group)).lo != at)
        return {};
    const bool odd = along(group, direction) % 2 == 1;
    index3 beside = group;
    along(beside, direction) += odd ? -1 : 1;
    const box3 partners = divided.box_of(one_at(beside));
    if (partners.empty())
        return {};
    return {odd ? joining_role::action::send : joining_role::action::receive, blocks_.rank_at(mirrored(partners.lo))};
}

box3 joining_order::held(int round, int rank) const {
    const decomposition divided = groups(round);
    const index3 at = place(rank);
    const box3 places = divided.box_of(one_at(group_of(divided, at)));
    if (places.lo != at)
        return {};
    const index3 last = places.hi - index3{1, 1, 1};
    const index3 end = mirrored(places.lo), other_end = mirrored(last);
    return blocks_.box_of(keeper_ == keeper::lowest ? box3{end, other_end + index3{1, 1, 1}}
                                                    : box3{other_end, end + index3{1, 1, 1}});
}

}  // namespace tomosweep
