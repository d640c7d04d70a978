#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// Voxels by label.
using label_count = std::pair<std::uint64_t, std::int64_t>;

/// The label with most voxels over all ranks, the smallest of several; {0, 0} when no rank brings any. `own` holds this
/// rank's counts, each label once. Collective. Labels are shared out among the ranks by their number, so that no rank
/// ever holds all of them.
label_count most_frequent(const communicator& ranks, const std::vector<label_count>& own);

/// Collects counts of labels that come in runs.
class label_counter {
public:
    void add(std::uint64_t label) {
        if (!counts_.empty() && counts_.back().first == label)
            ++counts_.back().second;
        else
            append(label);
    }
    /// Every label once, ascending.
    std::vector<label_count> take();

private:
    void append(std::uint64_t label);
    void compact();

    std::vector<label_count> counts_;
    std::size_t compacted_ = 0;
};

}  // namespace tomosweep
