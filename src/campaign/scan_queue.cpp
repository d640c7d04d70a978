#include "tomosweep/campaign/scan_queue.hpp"

namespace tomosweep {

scan_group make_group(const communicator& world, const campaign_layout& layout) {
    const int group = world.rank() / layout.ranks_per_scan;
    const bool idle = group >= layout.groups;
    return {world.split(idle ? layout.groups : group), idle};
}

std::size_t scan_queue::take(const communicator& group) {
    std::vector<std::int64_t> place(1);
    if (group.root())
        place[0] = next_.add(1);
    group.broadcast(place);
    return static_cast<std::size_t>(place[0]);
}

}  // namespace tomosweep
