#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tomosweep/core/classes.hpp"

namespace tomosweep::detail {

/// Entries in the order of their levels, those of a level in the order they came in. An entry has a member `level`.
template <class Entry>
class level_buckets {
public:
    void sort(std::span<const Entry> entries) {
        begin_ = {};
        for (const Entry& entry : entries)
            ++begin_[entry.level + std::size_t{1}];
        for (std::size_t level = 1; level < begin_.size(); ++level)
            begin_[level] += begin_[level - 1];
        if (sorted_.size() < entries.size())
            sorted_.resize(entries.size());
        std::array<std::uint32_t, levels + 1> next = begin_;
        for (const Entry& entry : entries)
            sorted_[next[entry.level]++] = entry;
    }

    std::span<const Entry> at(std::size_t level) const {
        return std::span(sorted_).subspan(begin_[level], begin_[level + 1] - begin_[level]);
    }

private:
    static constexpr std::size_t levels = class_outside + 1;
    std::array<std::uint32_t, levels + 1> begin_{};
    std::vector<Entry> sorted_;
};

}  // namespace tomosweep::detail
