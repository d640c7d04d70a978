#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tomosweep/campaign/layout.hpp"
#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/comm/shared_counter.hpp"

namespace tomosweep {

/// The ranks of one group that work on one scan at a time; ranks left over by the layout belong to no group.
struct scan_group {
    communicator ranks;
    bool idle = false;
};

/// Splits the ranks as the layout says. Collective over `world`.
scan_group make_group(const communicator& world, const campaign_layout& layout);

/// Work that groups take from a common list whenever they are free, in the list's order.
class scan_queue {
public:
    /// Collective over `world`.
    explicit scan_queue(const communicator& world) : next_(world) {}

    /// The next place of the list, the same on every rank of the group; may lie beyond its end. Collective over
    /// `group`.
    std::size_t take(const communicator& group);

    /// How many places were handed out, or asked for beyond the end. Local.
    std::size_t taken() { return static_cast<std::size_t>(next_.value()); }

private:
    shared_counter next_;
};

}  // namespace tomosweep
