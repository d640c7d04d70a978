#pragma once

#include <string>
#include <vector>

#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// A place, such as /tables/ref-c01/transitions, and in words what differs there.
struct difference {
    std::string place;
    std::string what;

    std::string sentence() const { return std::string(place).append(": ").append(what); }
};

/// Where `found` differs from what stands in `recorded`, bit by bit: NaN equals the same NaN, 0.0 differs from -0.0.
/// What `found` has besides is no difference. In the order of `recorded`. Pure.
std::vector<difference> differences(const data_group& found, const data_group& recorded);

/// The part of a campaign that is the scan `id`, as its shard had it: merge_scans() backwards. Throws input_error,
/// which names the archive at `path`, when it has no such scan. Pure.
data_group scan_of(const data_group& campaign, const std::string& id, const std::string& path);

}  // namespace tomosweep
